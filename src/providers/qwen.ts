import { defineProvider } from "./provider.ts";

export const qwen = defineProvider({
  id: "qwen",
  label: "Qwen Cloud / Alibaba Model Studio (DashScope)",
  aliases: ["modelstudio", "qwencloud", "dashscope"],
  api: "openai-completions",
  baseUrl: "https://coding-intl.dashscope.aliyuncs.com/v1",
  env: ["QWEN_API_KEY", "MODELSTUDIO_API_KEY", "DASHSCOPE_API_KEY"],
  defaultModel: "qwen3.5-plus",
  probeModel: "qwen3.5-plus",
  catalog: "static",
  keyPrefixes: ["sk-sp-", "sk-"],
});
