import { defineProvider } from "./provider.ts";

export const clawrouter = defineProvider({
  id: "clawrouter",
  label: "ClawRouter",
  api: "openai-completions",
  baseUrl: "https://clawrouter.openclaw.ai",
  env: ["CLAWROUTER_API_KEY"],
  defaultModel: "anthropic/claude-sonnet-4-6",
  catalog: "refreshable",
});
