import { defineProvider } from "./provider.ts";

export const openrouter = defineProvider({
  id: "openrouter",
  label: "OpenRouter",
  api: "openai-completions",
  baseUrl: "https://openrouter.ai/api/v1",
  alternates: { "anthropic-messages": "https://openrouter.ai/api" },
  env: ["OPENROUTER_API_KEY"],
  defaultModel: "auto",
  probeModel: "openai/gpt-oss-20b",
  catalog: "refreshable",
  keyPrefixes: ["sk-or-v1-", "sk-or-"],
  logins: [
    { id: "api-key", kind: "api_key", label: "OpenRouter API key" },
    {
      id: "oauth",
      kind: "browser",
      browser: {
        authorizeUrl: "https://openrouter.ai/auth",
        tokenUrl: "https://openrouter.ai/api/v1/auth/keys",
        encoding: "json",
        scopes: [],
        redirectUri: "http://127.0.0.1:0/oauth/callback/{random}",
        givesApiKey: true,
      },
      label: "OpenRouter login in the browser",
      policy: { text: "Meant for third parties.", asOf: "2026-11" },
    },
  ],
});
