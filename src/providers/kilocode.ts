import { defineProvider } from "./provider.ts";

export const kilocode = defineProvider({
  id: "kilocode",
  label: "Kilo Gateway",
  aliases: ["kilo"],
  api: "openai-completions",
  baseUrl: "https://api.kilo.ai/api/gateway",
  env: ["KILOCODE_API_KEY"],
  header: { name: "Authorization", value: "Bearer {key}", extra: { "X-KILOCODE-FEATURE": "openclaw" } },
  defaultModel: "kilo/auto",
  probeModel: "kilo/auto",
  catalog: "refreshable",
  keyPrefixes: ["eyJ"],
});
