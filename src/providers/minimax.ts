import { defineProvider } from "./provider.ts";

export const minimax = defineProvider({
  id: "minimax",
  label: "MiniMax (API key)",
  aliases: ["minimax-cn"],
  api: "anthropic-messages",
  baseUrl: "https://api.minimax.io/anthropic",
  env: ["MINIMAX_API_KEY"],
  header: { name: "x-api-key", value: "{key}" },
  defaultModel: "MiniMax-M3",
  probeModel: "MiniMax-M2.7",
  catalog: "static",
  keyPrefixes: ["sk-api-", "sk-cp-", "eyJ"],
});
