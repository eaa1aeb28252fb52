import { defineProvider } from "./provider.ts";

/** With a ChatGPT account the bare name means nothing. */
const CHATGPT_MODEL = "gpt-5.6-sol";

export const openai = defineProvider({
  id: "openai",
  label: "OpenAI (API key or ChatGPT/Codex OAuth)",
  api: "openai-responses",
  baseUrl: "https://api.openai.com/v1",
  alternates: { "openai-completions": "https://api.openai.com/v1" },
  loginRoute: { api: "openai-codex-responses", baseUrl: "https://chatgpt.com/backend-api" },
  env: ["OPENAI_API_KEY"],
  defaultModel: "gpt-5.6",
  modelAlias: "GPT",
  probeModel: "gpt-5-nano",
  catalog: "runtime",
  capName: "max_completion_tokens",
  keyPrefixes: ["sk-proj-", "sk-svcacct-", "sk-admin-", "sk-", "eyJ"],
  tokens: {
    url: "https://auth.openai.com/oauth/token",
    clientId: "app_EMoamEEZ73f0CkXaXp7hrann",
    encoding: "form",
    deadCodes: ["refresh_token_expired", "refresh_token_reused", "refresh_token_invalidated"],
  },
  logins: [
    {
      id: "oauth",
      kind: "browser",
      defaultModel: CHATGPT_MODEL,
      browser: {
        authorizeUrl: "https://auth.openai.com/oauth/authorize",
        tokenUrl: "https://auth.openai.com/oauth/token",
        encoding: "form",
        clientId: "app_EMoamEEZ73f0CkXaXp7hrann",
        scopes: ["openid", "profile", "email", "offline_access"],
        redirectUri: "http://localhost:1455/auth/callback",
        params: {
          id_token_add_organizations: "true",
          codex_cli_simplified_flow: "true",
          originator: "openclaw",
        },
        identity: {
          email: [
            ["id", "email"],
            ["access", "https://api.openai.com/profile", "email"],
          ],
          accountId: [
            ["access", "https://api.openai.com/auth", "chatgpt_account_id"],
            ["id", "https://api.openai.com/auth", "chatgpt_account_id"],
          ],
        },
      },
      label: "ChatGPT login in the browser",
      policy: {
        text: "Use in external tools is stated as allowed. Refresh tokens are single use.",
        asOf: "2026-11",
      },
    },
    {
      id: "device-code",
      kind: "device",
      defaultModel: CHATGPT_MODEL,
      label: "ChatGPT login with a device code",
      device: {
        form: "openai",
        deviceUrl: "https://auth.openai.com/api/accounts/deviceauth/usercode",
        pollUrl: "https://auth.openai.com/api/accounts/deviceauth/token",
        verificationUrl: "https://auth.openai.com/codex/device",
        redirectUri: "https://auth.openai.com/deviceauth/callback",
        identity: {
          email: [
            ["id", "email"],
            ["access", "https://api.openai.com/profile", "email"],
          ],
          accountId: [["access", "https://api.openai.com/auth", "chatgpt_account_id"]],
        },
      },
      policy: {
        text: "Use in external tools is stated as allowed. Refresh tokens are single use.",
        asOf: "2026-11",
      },
    },
    { id: "api-key", kind: "api_key", label: "OpenAI API key", profile: "api-key" },
    {
      id: "cli",
      kind: "cli",
      program: "codex",
      defaultModel: CHATGPT_MODEL,
      label: "Codex CLI login",
      policy: {
        text: "Use in external tools is stated as allowed. Codex keeps its refresh token, which is single use.",
        asOf: "2026-11",
      },
    },
  ],
});
