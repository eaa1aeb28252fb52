import { defineProvider } from "./provider.ts";

export const qianfan = defineProvider({
  id: "qianfan",
  label: "Baidu Qianfan",
  api: "openai-completions",
  baseUrl: "https://qianfan.baidubce.com/v2",
  env: ["QIANFAN_API_KEY"],
  defaultModel: "deepseek-v3.2",
  probeModel: "deepseek-v3.2",
  catalog: "static",
  keyPrefixes: ["bce-v3/ALTAK-"],
});
