import { defineProvider } from "./provider.ts";

export const cerebras = defineProvider({
  id: "cerebras",
  label: "Cerebras",
  api: "openai-completions",
  baseUrl: "https://api.cerebras.ai/v1",
  env: ["CEREBRAS_API_KEY"],
  defaultModel: "zai-glm-4.7",
  probeModel: "gpt-oss-120b",
  catalog: "static",
  keyPrefixes: ["csk-"],
});
