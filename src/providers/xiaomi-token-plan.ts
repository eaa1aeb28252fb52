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
  keyPrefixes: ["tp-"],
});
