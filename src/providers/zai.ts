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
});
