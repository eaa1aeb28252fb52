import { defineProvider } from "./provider.ts";

export const featherless = defineProvider({
  id: "featherless",
  label: "Featherless AI",
  api: "openai-completions",
  baseUrl: "https://api.featherless.ai/v1",
  env: ["FEATHERLESS_API_KEY"],
  defaultModel: "Qwen/Qwen3-32B",
  probeModel: "Qwen/Qwen3-32B",
  catalog: "static",
});
