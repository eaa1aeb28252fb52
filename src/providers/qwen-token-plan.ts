import { defineProvider } from "./provider.ts";

export const qwenTokenPlan = defineProvider({
  id: "qwen-token-plan",
  label: "Qwen Token Plan (Model Studio)",
  aliases: ["qwen-token-plan-cn", "qwen-token-plan-individual"],
  api: "openai-completions",
  baseUrl: "https://token-plan.ap-southeast-1.maas.aliyuncs.com/compatible-mode/v1",
  env: ["QWEN_TOKEN_PLAN_API_KEY"],
  probeModel: "deepseek-v4-flash",
  catalog: "static",
  funding: "subscription",
});
