import { defineProvider } from "./provider.ts";

export const xai = defineProvider({
  id: "xai",
  label: "xAI (Grok)",
  aliases: ["grok"],
  api: "openai-responses",
  baseUrl: "https://api.x.ai/v1",
  env: ["XAI_API_KEY"],
  defaultModel: "grok-4.3",
  probeModel: "grok-4.3",
  catalog: "static",
  keyPrefixes: ["xai-"],
});
