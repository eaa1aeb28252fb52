import { defineProvider } from "./provider.ts";

export const vllm = defineProvider({
  id: "vllm",
  label: "vLLM",
  api: "openai-completions",
  baseUrl: "http://127.0.0.1:8000/v1",
  env: ["VLLM_API_KEY"],
  catalog: "runtime",
  funding: "local",
});
