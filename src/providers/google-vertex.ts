// An express key has its own header; ADC access tokens (`ya29.`) are bearer tokens.
import { defineProvider } from "./provider.ts";

export const googleVertex = defineProvider({
  id: "google-vertex",
  label: "Google Vertex AI",
  api: "google-vertex",
  baseUrl: "https://{location}-aiplatform.googleapis.com",
  env: ["GOOGLE_CLOUD_API_KEY"],
  header: { name: "x-goog-api-key", value: "{key}" },
  headerVariants: [{ when: "ya29.", name: "Authorization", value: "Bearer {key}" }],
  defaultModel: "gemini-3.1-pro-preview",
  probeModel: "gemini-2.5-flash-lite",
  catalog: "static",
  funding: "metered",
  logins: [
    { id: "api-key", kind: "api_key", label: "Google Cloud API key" },
    { id: "gcloud-adc", kind: "cloud", label: "Google Cloud default credentials" },
  ],
});
