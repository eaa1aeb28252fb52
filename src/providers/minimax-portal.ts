import { defineProvider } from "./provider.ts";

export const minimaxPortal = defineProvider({
  id: "minimax-portal",
  label: "MiniMax (OAuth, Coding Plan)",
  aliases: ["minimax-portal-cn"],
  api: "anthropic-messages",
  baseUrl: "https://api.minimax.io/anthropic",
  env: ["MINIMAX_OAUTH_TOKEN", "MINIMAX_API_KEY"],
  defaultModel: "MiniMax-M3",
  probeModel: "MiniMax-M2.7",
  catalog: "static",
  funding: "subscription",
  tokens: {
    url: "https://account.minimax.io/oauth2/token",
    clientId: "78257093-7e40-4613-99e0-527b14b39113",
    encoding: "form",
    deadCodes: ["error"],
    deadStatuses: [401],
  },
  logins: [
    {
      id: "oauth",
      kind: "device",
      label: "MiniMax Coding Plan login",
      device: {
        form: "minimax",
        deviceUrl: "https://account.minimax.io/oauth2/device/code",
        scopes: ["group_id", "profile", "model.completion"],
        intervalSeconds: 2,
      },
      policy: { text: "Meant for third parties.", asOf: "2026-11" },
    },
    { id: "cli", kind: "cli", label: "MiniMax CLI login" },
  ],
});
