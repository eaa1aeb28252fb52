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
  exchange: {
    url: "https://api.meta.ai/muse-code/key",
    method: "POST",
    headers: { "x-api-version": "1.0.0" },
    tokensOnly: true,
    lifetimeSeconds: 86_400,
  },
  logins: [
    { id: "api-key", kind: "api_key", label: "Meta API key" },
    {
      id: "device-code",
      kind: "device",
      label: "Meta device login",
      device: {
        deviceUrl: "https://auth.meta.com/oidc/device/authorization/",
        tokenUrl: "https://auth.meta.com/oidc/device/token/",
        clientId: "1031625952748946",
      },
    },
  ],
});
