import { defineProvider } from "./provider.ts";

export const openai = defineProvider({
  id: "openai",
  label: "OpenAI (API key or ChatGPT/Codex OAuth)",
  api: "openai-responses",
  baseUrl: "https://api.openai.com/v1",
  env: ["OPENAI_API_KEY"],
  defaultModel: "gpt-5.6",
  probeModel: "gpt-5-nano",
  catalog: "runtime",
  keyPrefixes: ["sk-proj-", "sk-svcacct-", "sk-admin-", "sk-", "eyJ"],
});
