import { defineProvider } from "./provider.ts";

export const meta = defineProvider({
  id: "meta",
  label: "Meta Model API",
  api: "openai-responses",
  baseUrl: "https://api.meta.ai/v1",
  env: ["MODEL_API_KEY"],
  defaultModel: "muse-spark-1.1",
  modelAlias: "Muse Spark 1.1",
  probeModel: "muse-spark-1.1",
  catalog: "static",
  logins: [
    { id: "api-key", kind: "api_key", label: "Meta API key" },
    { id: "device-code", kind: "device", label: "Meta device login" },
  ],
});
