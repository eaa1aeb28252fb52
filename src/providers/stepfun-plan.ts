import { defineProvider } from "./provider.ts";

export const stepfunPlan = defineProvider({
  id: "stepfun-plan",
  label: "StepFun Step Plan",
  api: "openai-completions",
  baseUrl: "https://api.stepfun.ai/step_plan/v1",
  env: ["STEPFUN_API_KEY"],
  defaultModel: "step-3.5-flash",
  probeModel: "step-3.5-flash",
  catalog: "static",
  funding: "subscription",
  logins: [
    { id: "plan-api-key-intl", kind: "api_key", label: "Step Plan key (international)" },
    {
      id: "plan-api-key-cn",
      kind: "api_key",
      label: "Step Plan key (China)",
      endpoint: { baseUrl: "https://api.stepfun.com/step_plan/v1" },
    },
  ],
});
