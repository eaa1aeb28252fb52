// Keys go in `x-api-key`, access tokens of a login (JWTs) as bearer tokens.
import { defineProvider } from "./provider.ts";

export const kimi = defineProvider({
  id: "kimi",
  label: "Kimi Code (Kimi Coding)",
  aliases: ["kimi-coding", "kimi-code"],
  api: "anthropic-messages",
  baseUrl: "https://api.kimi.com/coding",
  alternates: { "openai-completions": "https://api.kimi.com/coding/v1" },
  env: ["KIMI_API_KEY", "KIMICODE_API_KEY"],
  header: { name: "x-api-key", value: "{key}" },
  headerVariants: [{ when: "eyJ", name: "Authorization", value: "Bearer {key}" }],
  defaultModel: "kimi-for-coding",
  probeModel: "kimi-for-coding",
  catalog: "static",
  funding: "subscription",
  keyPrefixes: ["sk-kimi-", "sk-"],
  logins: [
    { id: "api-key", kind: "api_key", label: "Kimi Code API key" },
    {
      id: "device-code",
      kind: "device",
      label: "Kimi Code device login",
      device: { deviceUrl: "https://auth.kimi.com/api/oauth/device_authorization" },
      policy: {
        text: "The provider refuses clients that do not present themselves as known coding agents: an API key is the way that works.",
        asOf: "2026-11",
      },
    },
  ],
  tokens: {
    url: "https://auth.kimi.com/api/oauth/token",
    clientId: "17e5f671-d194-4dfb-9706-5516cb48c098",
    encoding: "form",
    deadStatuses: [401, 403],
  },
});
