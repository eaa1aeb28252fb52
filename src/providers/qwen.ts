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
  logins: [
    { id: "api-key", kind: "api_key", label: "Qwen Coding Plan key (Global)" },
    {
      id: "api-key-cn",
      kind: "api_key",
      label: "Qwen Coding Plan key (China)",
      endpoint: { baseUrl: "https://coding.dashscope.aliyuncs.com/v1" },
    },
    {
      id: "standard-api-key",
      kind: "api_key",
      label: "Qwen API key, pay as you go (Global)",
      endpoint: { baseUrl: "https://dashscope-intl.aliyuncs.com/compatible-mode/v1" },
    },
    {
      id: "standard-api-key-cn",
      kind: "api_key",
      label: "Qwen API key, pay as you go (China)",
      endpoint: { baseUrl: "https://dashscope.aliyuncs.com/compatible-mode/v1" },
    },
  ],
});
