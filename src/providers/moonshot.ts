import { defineProvider } from "./provider.ts";

export const moonshot = defineProvider({
  id: "moonshot",
  label: "Moonshot AI (Kimi Open Platform)",
  aliases: ["moonshotai", "moonshot-ai"],
  api: "openai-completions",
  baseUrl: "https://api.moonshot.ai/v1",
  env: ["MOONSHOT_API_KEY", "KIMI_API_KEY"],
  defaultModel: "kimi-k2.6",
  probeModel: "kimi-k2.6",
  catalog: "static",
  keyPrefixes: ["sk-"],
  logins: [
    { id: "api-key", kind: "api_key", label: "Moonshot API key (international)" },
    {
      id: "api-key-cn",
      kind: "api_key",
      label: "Moonshot API key (China)",
      endpoint: { baseUrl: "https://api.moonshot.cn/v1" },
    },
  ],
});
