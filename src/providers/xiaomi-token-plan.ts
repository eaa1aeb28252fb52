// Plan hosts are per region, so the address comes from the config.
import { defineProvider } from "./provider.ts";

export const xiaomiTokenPlan = defineProvider({
  id: "xiaomi-token-plan",
  label: "Xiaomi MiMo Token Plan",
  api: "openai-completions",
  env: ["XIAOMI_TOKEN_PLAN_API_KEY"],
  defaultModel: "mimo-v2.5-pro",
  probeModel: "mimo-v2.5",
  catalog: "runtime",
  funding: "subscription",
  keyPrefixes: ["tp-"],
  logins: [
    {
      id: "token-plan-ams",
      kind: "api_key",
      label: "Xiaomi Token Plan key (Europe)",
      endpoint: { baseUrl: "https://token-plan-ams.xiaomimimo.com/v1" },
    },
    {
      id: "token-plan-cn",
      kind: "api_key",
      label: "Xiaomi Token Plan key (China)",
      endpoint: { baseUrl: "https://token-plan-cn.xiaomimimo.com/v1" },
    },
    {
      id: "token-plan-sgp",
      kind: "api_key",
      label: "Xiaomi Token Plan key (Singapore)",
      endpoint: { baseUrl: "https://token-plan-sgp.xiaomimimo.com/v1" },
    },
  ],
});
