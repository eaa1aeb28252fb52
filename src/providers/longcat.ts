import { defineProvider } from "./provider.ts";

export const longcat = defineProvider({
  id: "longcat",
  label: "LongCat (Meituan)",
  aliases: ["meituan-longcat"],
  api: "openai-completions",
  baseUrl: "https://api.longcat.chat/openai",
  env: ["LONGCAT_API_KEY"],
  defaultModel: "LongCat-2.0",
  probeModel: "LongCat-2.0",
  catalog: "static",
});
