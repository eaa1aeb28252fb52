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
  logins: [
    {
      id: "oauth",
      kind: "device",
      label: "MiniMax Coding Plan login",
      policy: { text: "Meant for third parties.", asOf: "2026-11" },
    },
    { id: "cli", kind: "cli", label: "MiniMax CLI login" },
  ],
});
