import { defineProvider } from "./provider.ts";

export const nvidia = defineProvider({
  id: "nvidia",
  label: "NVIDIA NIM API catalog",
  api: "openai-completions",
  baseUrl: "https://integrate.api.nvidia.com/v1",
  env: ["NVIDIA_API_KEY"],
  header: { name: "Authorization", value: "Bearer {key}", extra: { "NVCF-POLL-SECONDS": "3600" } },
  defaultModel: "nvidia/nemotron-3-ultra-550b-a55b",
  modelAlias: "NVIDIA",
  probeModel: "mistralai/mistral-7b-instruct-v0.3",
  catalog: "refreshable",
  funding: "free",
  keyPrefixes: ["nvapi-"],
});
