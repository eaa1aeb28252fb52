import { defineProvider } from "./provider.ts";

export const minimax = defineProvider({
  id: "minimax",
  label: "MiniMax (API key)",
  aliases: ["minimax-cn"],
  api: "anthropic-messages",
  baseUrl: "https://api.minimax.io/anthropic",
  alternates: { "openai-completions": "https://api.minimax.io/v1" },
  env: ["MINIMAX_API_KEY"],
  header: { name: "x-api-key", value: "{key}" },
  defaultModel: "MiniMax-M3",
  modelAlias: "Minimax",
  probeModel: "MiniMax-M2.7",
  catalog: "static",
  planKeys: ["sk-cp-"],
  keyPrefixes: ["sk-api-", "sk-cp-", "eyJ"],
  logins: [
    {
      id: "api-global",
      kind: "api_key",
      label: "MiniMax API key (Global)",
      profile: "global",
      endpoint: { baseUrl: "https://api.minimax.io/anthropic" },
    },
    {
      id: "api-cn",
      kind: "api_key",
      label: "MiniMax API key (China)",
      profile: "cn",
      endpoint: { baseUrl: "https://api.minimaxi.com/anthropic" },
    },
  ],
});
