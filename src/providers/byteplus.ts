import { defineProvider } from "./provider.ts";

export const byteplus = defineProvider({
  id: "byteplus",
  label: "BytePlus ModelArk (international)",
  aliases: ["byteplus-plan"],
  api: "openai-completions",
  baseUrl: "https://ark.ap-southeast.bytepluses.com/api/v3",
  env: ["BYTEPLUS_API_KEY"],
  defaultModel: "ark-code-latest",
  probeModel: "seed-1-8-251228",
  catalog: "static",
});
