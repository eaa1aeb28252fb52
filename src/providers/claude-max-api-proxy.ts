import { defineProvider } from "./provider.ts";

export const claudeMaxApiProxy = defineProvider({
  id: "claude-max-api-proxy",
  label: "Claude Max API proxy (community)",
  api: "openai-completions",
  baseUrl: "http://localhost:3456/v1",
  env: [],
  defaultModel: "claude-opus-4",
  probeModel: "claude-haiku-4",
  catalog: "runtime",
  funding: "subscription",
  logins: [],
});
