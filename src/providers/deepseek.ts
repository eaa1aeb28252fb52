import { defineProvider } from "./provider.ts";

export const deepseek = defineProvider({
  id: "deepseek",
  label: "DeepSeek",
  api: "openai-completions",
  baseUrl: "https://api.deepseek.com",
  alternates: { "anthropic-messages": "https://api.deepseek.com/anthropic" },
  env: ["DEEPSEEK_API_KEY"],
  defaultModel: "deepseek-v4-flash",
  probeModel: "deepseek-v4-flash",
  catalog: "static",
  keyPrefixes: ["sk-"],
});
