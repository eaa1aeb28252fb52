import { defineProvider } from "./provider.ts";

export const copilotProxy = defineProvider({
  id: "copilot-proxy",
  label: "Copilot Proxy (VS Code extension bridge)",
  api: "openai-completions",
  baseUrl: "http://localhost:3000/v1",
  env: [],
  catalog: "runtime",
  funding: "subscription",
  logins: [],
});
