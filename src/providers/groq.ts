import { defineProvider } from "./provider.ts";

export const groq = defineProvider({
  id: "groq",
  label: "Groq",
  api: "openai-completions",
  baseUrl: "https://api.groq.com/openai/v1",
  env: ["GROQ_API_KEY"],
  defaultModel: "llama-3.3-70b-versatile",
  probeModel: "llama-3.1-8b-instant",
  catalog: "static",
  keyPrefixes: ["gsk_"],
});
