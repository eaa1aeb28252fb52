// Deployments live at a resource's own address. Entra ID tokens are JWTs.
import { defineProvider } from "./provider.ts";

export const microsoftFoundry = defineProvider({
  id: "microsoft-foundry",
  label: "Microsoft Foundry",
  api: "azure-openai-responses",
  baseUrl: "https://{resource}.services.ai.azure.com",
  env: ["AZURE_OPENAI_API_KEY"],
  header: { name: "api-key", value: "{key}" },
  headerVariants: [{ when: "eyJ", name: "Authorization", value: "Bearer {key}" }],
  catalog: "runtime",
  funding: "metered",
  logins: [
    { id: "api-key", kind: "api_key", label: "Microsoft Foundry API key" },
    { id: "entra-id", kind: "cloud", label: "Entra ID" },
  ],
});
