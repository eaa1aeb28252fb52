// One key serves `volcengine` and `volcengine-plan`.
import { defineProvider } from "./provider.ts";

export const volcenginePlan = defineProvider({
  id: "volcengine-plan",
  label: "Volcano Engine Ark Coding Plan",
  api: "openai-completions",
  baseUrl: "https://ark.cn-beijing.volces.com/api/coding/v3",
  env: ["VOLCANO_ENGINE_API_KEY"],
  defaultModel: "ark-code-latest",
  probeModel: "ark-code-latest",
  catalog: "static",
  funding: "subscription",
});
