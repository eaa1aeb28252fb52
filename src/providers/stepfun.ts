import { defineProvider } from "./provider.ts";

export const stepfun = defineProvider({
  id: "stepfun",
  label: "StepFun",
  api: "openai-completions",
  baseUrl: "https://api.stepfun.ai/v1",
  env: ["STEPFUN_API_KEY"],
  defaultModel: "step-3.5-flash",
  probeModel: "step-3.5-flash",
  catalog: "static",
  logins: [
    { id: "standard-api-key-intl", kind: "api_key", label: "StepFun API key (international)" },
    {
      id: "standard-api-key-cn",
      kind: "api_key",
      label: "StepFun API key (China)",
      endpoint: { baseUrl: "https://api.stepfun.com/v1" },
    },
  ],
});
