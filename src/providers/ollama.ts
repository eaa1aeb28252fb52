// A local server wants no key; a remote one takes a bearer token.
import { defineProvider } from "./provider.ts";

export const ollama = defineProvider({
  id: "ollama",
  label: "Ollama (local)",
  api: "ollama",
  baseUrl: "http://127.0.0.1:11434",
  alternates: { "openai-completions": "http://127.0.0.1:11434/v1" },
  env: ["OLLAMA_API_KEY"],
  catalog: "runtime",
  funding: "local",
});
