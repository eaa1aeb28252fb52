import { defineProvider } from "./provider.ts";

export const xiaomi = defineProvider({
  id: "xiaomi",
  label: "Xiaomi MiMo (pay as you go)",
  aliases: ["mimo"],
  api: "openai-completions",
  baseUrl: "https://api.xiaomimimo.com/v1",
  env: ["XIAOMI_API_KEY"],
  defaultModel: "mimo-v2-flash",
  modelAlias: "Xiaomi",
  probeModel: "mimo-v2.5",
  catalog: "static",
  keyPrefixes: ["sk-"],
});
