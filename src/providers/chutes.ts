import { defineProvider } from "./provider.ts";

export const chutes = defineProvider({
  id: "chutes",
  label: "Chutes",
  api: "openai-completions",
  baseUrl: "https://llm.chutes.ai/v1",
  env: ["CHUTES_API_KEY", "CHUTES_OAUTH_TOKEN"],
  defaultModel: "zai-org/GLM-4.7-TEE",
  probeModel: "chutesai/Mistral-Small-3.2-24B-Instruct-2506",
  catalog: "refreshable",
  keyPrefixes: ["cpk_"],
  tokens: { url: "https://api.chutes.ai/idp/token", encoding: "form" },
  logins: [
    { id: "api-key", kind: "api_key", label: "Chutes API key" },
    {
      id: "oauth",
      kind: "browser",
      browser: {
        authorizeUrl: "https://api.chutes.ai/idp/authorize",
        tokenUrl: "https://api.chutes.ai/idp/token",
        userinfoUrl: "https://api.chutes.ai/idp/userinfo",
        encoding: "form",
        scopes: ["openid", "profile", "chutes:invoke"],
        redirectUri: "http://127.0.0.1:1456/oauth-callback",
        env: {
          clientId: ["CHUTES_CLIENT_ID"],
          clientSecret: ["CHUTES_CLIENT_SECRET"],
          redirectUri: ["CHUTES_OAUTH_REDIRECT_URI"],
          scopes: ["CHUTES_OAUTH_SCOPES"],
        },
        identity: { email: [["userinfo", "username"]], accountId: [["userinfo", "sub"]] },
        pasteNeedsState: true,
        keepsClientId: true,
      },
      label: "Chutes login in the browser",
      policy: { text: "Meant for third parties.", asOf: "2026-11" },
    },
  ],
});
