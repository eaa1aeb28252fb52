// The model is the name of a deployment, so the address is each resource's own. Entra ID tokens are JWTs.
import { defineProvider } from "./provider.ts";

export const azureOpenaiResponses = defineProvider({
  id: "azure-openai-responses",
  label: "Azure OpenAI (Responses)",
  aliases: ["azure", "azure-openai"],
  api: "azure-openai-responses",
  baseUrl: "https://{resource}.openai.azure.com/openai/v1",
  env: ["AZURE_OPENAI_API_KEY"],
  header: { name: "api-key", value: "{key}" },
  headerVariants: [{ when: "eyJ", name: "Authorization", value: "Bearer {key}" }],
  probeModel: "gpt-5-nano",
  catalog: "static",
  funding: "metered",
  capName: "max_completion_tokens",
  logins: [
    { id: "api-key", kind: "api_key", label: "Azure OpenAI API key" },
    { id: "entra-id", kind: "cloud", label: "Entra ID" },
  ],
});
