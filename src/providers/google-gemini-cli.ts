import { defineProvider } from "./provider.ts";

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
  logins: [
    {
      id: "oauth",
      kind: "browser",
      label: "Gemini login in the browser",
      policy: {
        text: "Unofficial; closed to individual, AI Pro and AI Ultra accounts since 2026-06-18. Offer last, with a warning.",
        asOf: "2026-11",
      },
    },
    { id: "cli", kind: "cli", label: "Gemini CLI login" },
  ],
});
