// One key serves `volcengine` and `volcengine-plan`.
import { defineProvider } from "./provider.ts";

export const volcengine = defineProvider({
  id: "volcengine",
  label: "Volcano Engine Ark (Doubao)",
  aliases: ["doubao", "bytedance"],
  api: "openai-completions",
  baseUrl: "https://ark.cn-beijing.volces.com/api/v3",
  env: ["VOLCANO_ENGINE_API_KEY"],
  defaultModel: "doubao-seed-1-8-251228",
  probeModel: "doubao-seed-1-8-251228",
  catalog: "static",
});
