import { defineProvider } from "./provider.ts";

export const tencentTokenhub = defineProvider({
  id: "tencent-tokenhub",
  label: "Tencent Cloud TokenHub",
  api: "openai-completions",
  baseUrl: "https://tokenhub.tencentmaas.com/v1",
  env: ["TOKENHUB_API_KEY"],
  defaultModel: "hy3",
  probeModel: "hy3",
  catalog: "static",
  keyPrefixes: ["sk-"],
});
