import { defineProvider } from "./provider.ts";

/** The documents' "oauth" verifies by a device code as well: xAI takes no callback on this machine. */
const DEVICE = {
  deviceUrl: "https://auth.x.ai/oauth2/device/code",
  scopes: ["openid", "profile", "email", "offline_access", "grok-cli:access", "api:access"],
  lifetimeSeconds: 300,
};

export const xai = defineProvider({
  id: "xai",
  label: "xAI (Grok)",
  aliases: ["grok"],
  api: "openai-responses",
  baseUrl: "https://api.x.ai/v1",
  alternates: { "openai-completions": "https://api.x.ai/v1" },
  env: ["XAI_API_KEY"],
  defaultModel: "grok-4.3",
  modelAlias: "Grok",
  probeModel: "grok-4.3",
  catalog: "static",
  keyPrefixes: ["xai-"],
  logins: [
    { id: "api-key", kind: "api_key", label: "xAI API key" },
    {
      id: "oauth",
      kind: "device",
      label: "xAI login (SuperGrok or X Premium)",
      device: DEVICE,
      policy: { text: "Shared public client id; the provider decides who is eligible.", asOf: "2026-11" },
    },
    {
      id: "device-code",
      kind: "device",
      label: "xAI login with a device code",
      device: DEVICE,
      policy: { text: "Shared public client id; the provider decides who is eligible.", asOf: "2026-11" },
    },
  ],
  tokens: {
    url: "https://auth.x.ai/oauth2/token",
    clientId: "b1a00492-073a-47ea-816f-4c329264a828",
    encoding: "form",
  },
});
