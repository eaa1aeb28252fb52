import { defineProvider } from "./provider.ts";

export const sglang = defineProvider({
  id: "sglang",
  label: "SGLang",
  api: "openai-completions",
  baseUrl: "http://127.0.0.1:30000/v1",
  env: ["SGLANG_API_KEY"],
  defaultModel: "Qwen/Qwen3-8B",
  catalog: "runtime",
  funding: "local",
});
