import { defineProvider } from "./provider.ts";

export const gmi = defineProvider({
  id: "gmi",
  label: "GMI Cloud",
  aliases: ["gmi-cloud", "gmicloud"],
  api: "openai-completions",
  baseUrl: "https://api.gmi-serving.com/v1",
  env: ["GMI_API_KEY"],
  defaultModel: "google/gemini-3.1-flash-lite",
  probeModel: "google/gemini-3.1-flash-lite",
  catalog: "static",
});
