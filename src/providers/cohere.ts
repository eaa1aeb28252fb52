import { defineProvider } from "./provider.ts";

export const cohere = defineProvider({
  id: "cohere",
  label: "Cohere",
  api: "openai-completions",
  baseUrl: "https://api.cohere.ai/compatibility/v1",
  env: ["COHERE_API_KEY"],
  defaultModel: "command-a-03-2025",
  modelAlias: "Cohere Command A",
  probeModel: "command-r7b-12-2024",
  catalog: "static",
});
