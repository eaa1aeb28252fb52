import { defineProvider } from "./provider.ts";

export const zai = defineProvider({
  id: "zai",
  label: "Z.AI (GLM)",
  aliases: ["z-ai", "z.ai"],
  api: "openai-completions",
  baseUrl: "https://api.z.ai/api/paas/v4",
  env: ["ZAI_API_KEY", "Z_AI_API_KEY"],
  defaultModel: "glm-5.1",
  probeModel: "glm-4.5-flash",
  catalog: "static",
  logins: [
    { id: "api-key", kind: "api_key", label: "Z.AI API key" },
    {
      id: "global",
      kind: "api_key",
      label: "Z.AI API key (Global)",
      endpoint: { baseUrl: "https://api.z.ai/api/paas/v4" },
    },
    {
      id: "cn",
      kind: "api_key",
      label: "Z.AI API key (China)",
      endpoint: { baseUrl: "https://open.bigmodel.cn/api/paas/v4" },
    },
    {
      id: "coding-global",
      kind: "api_key",
      label: "GLM Coding Plan key (Global)",
      defaultModel: "glm-5.2",
      endpoint: { baseUrl: "https://api.z.ai/api/coding/paas/v4" },
    },
    {
      id: "coding-cn",
      kind: "api_key",
      label: "GLM Coding Plan key (China)",
      defaultModel: "glm-5.2",
      endpoint: { baseUrl: "https://open.bigmodel.cn/api/coding/paas/v4" },
    },
  ],
});
