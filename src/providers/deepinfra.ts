import { defineProvider } from "./provider.ts";

export const deepinfra = defineProvider({
  id: "deepinfra",
  label: "DeepInfra",
  api: "openai-completions",
  baseUrl: "https://api.deepinfra.com/v1/openai",
  env: ["DEEPINFRA_API_KEY"],
  defaultModel: "deepseek-ai/DeepSeek-V4-Flash",
  probeModel: "deepseek-ai/DeepSeek-V4-Flash",
  catalog: "refreshable",
});
