import { defineProvider } from "./provider.ts";

export const huggingface = defineProvider({
  id: "huggingface",
  label: "Hugging Face Inference Providers",
  aliases: ["hf"],
  api: "openai-completions",
  baseUrl: "https://router.huggingface.co/v1",
  env: ["HUGGINGFACE_HUB_TOKEN", "HF_TOKEN"],
  defaultModel: "deepseek-ai/DeepSeek-R1",
  modelAlias: "Hugging Face",
  probeModel: "meta-llama/Llama-3.1-8B-Instruct",
  catalog: "refreshable",
  keyPrefixes: ["hf_"],
});
