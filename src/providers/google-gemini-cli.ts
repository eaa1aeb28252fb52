import { defineProvider } from "./provider.ts";

/** Public; its secret is read from the CLI that is installed. */
const CLIENT_ID = "681255809395-oo8ft2oprdrnp9e3aqf6av3hmdib135j.apps.googleusercontent.com";

export const googleGeminiCli = defineProvider({
  id: "google-gemini-cli",
  label: "Google Gemini CLI (Code Assist OAuth)",
  aliases: ["gemini-cli"],
  api: "google-code-assist",
  baseUrl: "https://cloudcode-pa.googleapis.com",
  env: [],
  defaultModel: "gemini-3-flash-preview",
  probeModel: "gemini-2.5-flash-lite",
  catalog: "static",
  keyPrefixes: ["ya29.", "1//"],
  tokens: { url: "https://oauth2.googleapis.com/token", clientId: CLIENT_ID, encoding: "form" },
  logins: [
    {
      id: "oauth",
      kind: "browser",
      browser: {
        authorizeUrl: "https://accounts.google.com/o/oauth2/v2/auth",
        tokenUrl: "https://oauth2.googleapis.com/token",
        userinfoUrl: "https://www.googleapis.com/oauth2/v1/userinfo?alt=json",
        encoding: "form",
        clientId: CLIENT_ID,
        scopes: [
          "https://www.googleapis.com/auth/cloud-platform",
          "https://www.googleapis.com/auth/userinfo.email",
          "https://www.googleapis.com/auth/userinfo.profile",
        ],
        redirectUri: "http://localhost:8085/oauth2callback",
        params: { access_type: "offline", prompt: "consent" },
        env: {
          clientId: ["OPENCLAW_GEMINI_OAUTH_CLIENT_ID", "GEMINI_CLI_OAUTH_CLIENT_ID"],
          clientSecret: ["OPENCLAW_GEMINI_OAUTH_CLIENT_SECRET", "GEMINI_CLI_OAUTH_CLIENT_SECRET"],
        },
        identity: {
          email: [
            ["id", "email"],
            ["userinfo", "email"],
          ],
          accountId: [],
        },
        secretOf: "gemini-cli",
        projectEnv: ["GOOGLE_CLOUD_PROJECT", "GOOGLE_CLOUD_PROJECT_ID"],
      },
      label: "Gemini login in the browser",
      policy: {
        text: "Unofficial; closed to individual, AI Pro and AI Ultra accounts since 2026-06-18. Some accounts were restricted after such logins: use it at your own risk.",
        asOf: "2026-11",
      },
    },
    { id: "cli", kind: "cli", label: "Gemini CLI login" },
  ],
});
