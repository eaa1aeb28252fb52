import { defineProvider } from "./provider.ts";

export const chutes = defineProvider({
  id: "chutes",
  label: "Chutes",
  api: "openai-completions",
  baseUrl: "https://llm.chutes.ai/v1",
  env: ["CHUTES_API_KEY", "CHUTES_OAUTH_TOKEN"],
  defaultModel: "zai-org/GLM-4.7-TEE",
  probeModel: "chutesai/Mistral-Small-3.2-24B-Instruct-2506",
  catalog: "refreshable",
  keyPrefixes: ["cpk_"],
  logins: [
    { id: "api-key", kind: "api_key", label: "Chutes API key" },
    {
      id: "oauth",
      kind: "browser",
      label: "Chutes login in the browser",
      policy: { text: "Meant for third parties.", asOf: "2026-11" },
    },
  ],
});
