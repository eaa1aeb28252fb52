import { defineProvider } from "./provider.ts";

export const ollamaCloud = defineProvider({
  id: "ollama-cloud",
  label: "Ollama Cloud",
  api: "ollama",
  baseUrl: "https://ollama.com",
  env: ["OLLAMA_API_KEY"],
  defaultModel: "kimi-k2.6",
  probeModel: "gpt-oss:20b",
  catalog: "refreshable",
});
