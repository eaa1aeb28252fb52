import { defineProvider } from "./provider.ts";

export const tencentTokenplan = defineProvider({
  id: "tencent-tokenplan",
  label: "Tencent Cloud TokenPlan",
  api: "openai-completions",
  baseUrl: "https://api.lkeap.cloud.tencent.com/plan/v3",
  env: ["TOKENPLAN_API_KEY"],
  defaultModel: "hy3",
  probeModel: "hy3",
  catalog: "static",
  funding: "subscription",
});
