import { defineProvider } from "./provider.ts";

export const novita = defineProvider({
  id: "novita",
  label: "NovitaAI",
  aliases: ["novita-ai", "novitaai"],
  api: "openai-completions",
  baseUrl: "https://api.novita.ai/openai/v1",
  env: ["NOVITA_API_KEY"],
  defaultModel: "deepseek/deepseek-v3-0324",
  probeModel: "deepseek/deepseek-v3-0324",
  catalog: "static",
  keyPrefixes: ["sk_"],
});
