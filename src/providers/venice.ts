import { defineProvider } from "./provider.ts";

export const venice = defineProvider({
  id: "venice",
  label: "Venice AI",
  aliases: ["venice-ai"],
  api: "openai-completions",
  baseUrl: "https://api.venice.ai/api/v1",
  env: ["VENICE_API_KEY"],
  defaultModel: "kimi-k2-5",
  probeModel: "qwen3-4b",
  catalog: "refreshable",
  keyPrefixes: ["vapi_"],
});
