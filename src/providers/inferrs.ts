import { defineProvider } from "./provider.ts";

export const inferrs = defineProvider({
  id: "inferrs",
  label: "inferrs (local)",
  api: "openai-completions",
  baseUrl: "http://127.0.0.1:8080/v1",
  env: [],
  defaultModel: "google/gemma-4-E2B-it",
  catalog: "runtime",
  funding: "local",
  logins: [],
});
