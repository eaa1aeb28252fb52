import { defineProvider } from "./provider.ts";

export const anthropicVertex = defineProvider({
  id: "anthropic-vertex",
  label: "Anthropic on Google Vertex AI",
  api: "anthropic-messages",
  baseUrl: "https://{location}-aiplatform.googleapis.com",
  env: ["GOOGLE_APPLICATION_CREDENTIALS"],
  probeModel: "claude-haiku-4-5",
  catalog: "static",
  funding: "metered",
  thinksAdaptively: /^claude-(?:(?:opus|sonnet)-(?:4-[6-9]|[5-9])|haiku-[5-9]|fable)/,
  logins: [{ id: "gcloud-adc", kind: "cloud", label: "Google Cloud default credentials" }],
});
