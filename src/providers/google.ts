// GOOGLE_API_KEY is the last resort of a key list (requirements 004).
import { defineProvider } from "./provider.ts";

export const google = defineProvider({
  id: "google",
  label: "Google Gemini API",
  aliases: ["gemini"],
  api: "google-generative-ai",
  baseUrl: "https://generativelanguage.googleapis.com/v1beta",
  env: ["GEMINI_API_KEY", "GOOGLE_API_KEY"],
  header: { name: "x-goog-api-key", value: "{key}" },
  defaultModel: "gemini-3.1-pro-preview",
  probeModel: "gemini-2.5-flash-lite",
  catalog: "static",
  keyPrefixes: ["AIza", "AQ."],
});
