import { defineProvider } from "./provider.ts";

export const qwenOauth = defineProvider({
  id: "qwen-oauth",
  label: "Qwen OAuth / Portal",
  aliases: ["qwen-portal", "qwen-cli"],
  api: "openai-completions",
  baseUrl: "https://portal.qwen.ai/v1",
  env: ["QWEN_API_KEY"],
  defaultModel: "qwen3.5-plus",
  probeModel: "qwen3.5-plus",
  catalog: "static",
  funding: "free",
  logins: [{ id: "token", kind: "token", label: "Qwen Portal token" }],
});
