import { defineProvider } from "./provider.ts";

export const litellm = defineProvider({
  id: "litellm",
  label: "LiteLLM proxy",
  api: "openai-completions",
  baseUrl: "http://localhost:4000",
  env: ["LITELLM_API_KEY"],
  defaultModel: "claude-opus-4-6",
  modelAlias: "LiteLLM",
  catalog: "runtime",
  funding: "metered",
  keyPrefixes: ["sk-"],
});
