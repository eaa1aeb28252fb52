// Video only; text models of the same account are under `qwen`.
import { defineProvider } from "./provider.ts";

export const alibaba = defineProvider({
  id: "alibaba",
  label: "Alibaba Model Studio (Wan video)",
  api: "dashscope-video",
  baseUrl: "https://dashscope-intl.aliyuncs.com",
  env: ["MODELSTUDIO_API_KEY", "DASHSCOPE_API_KEY", "QWEN_API_KEY"],
  defaultModel: "wan2.6-t2v",
  catalog: "static",
  keyPrefixes: ["sk-"],
});
