import { defineProvider } from "./provider.ts";

export const together = defineProvider({
  id: "together",
  label: "Together AI",
  aliases: ["together-ai"],
  api: "openai-completions",
  baseUrl: "https://api.together.xyz/v1",
  env: ["TOGETHER_API_KEY"],
  defaultModel: "meta-llama/Llama-3.3-70B-Instruct-Turbo",
  modelAlias: "Together AI",
  probeModel: "openai/gpt-oss-20b",
  catalog: "static",
  keyPrefixes: ["tgp_v1_"],
});
