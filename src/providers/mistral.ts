import { defineProvider } from "./provider.ts";

export const mistral = defineProvider({
  id: "mistral",
  label: "Mistral AI",
  api: "openai-completions",
  baseUrl: "https://api.mistral.ai/v1",
  env: ["MISTRAL_API_KEY"],
  defaultModel: "mistral-large-latest",
  modelAlias: "Mistral",
  probeModel: "ministral-3b-latest",
  catalog: "static",
  logins: [
    {
      id: "api-key",
      kind: "api_key",
      label: "Mistral API key",
      endpoint: { baseUrl: "https://api.mistral.ai/v1", unlessConfigured: true },
    },
  ],
});
