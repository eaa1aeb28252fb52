// Legacy id of ChatGPT logins; `doctor` moves its profiles to `openai`.
import { defineProvider } from "./provider.ts";

export const openaiCodex = defineProvider({
  id: "openai-codex",
  label: "OpenAI Codex (ChatGPT OAuth, legacy provider id)",
  aliases: ["codex"],
  api: "openai-codex-responses",
  baseUrl: "https://chatgpt.com/backend-api",
  env: [],
  defaultModel: "gpt-5.6-sol",
  probeModel: "gpt-6-luna",
  catalog: "runtime",
  keyPrefixes: ["eyJ"],
});
