import { defineProvider } from "./provider.ts";

export const synthetic = defineProvider({
  id: "synthetic",
  label: "Synthetic",
  api: "anthropic-messages",
  baseUrl: "https://api.synthetic.new/anthropic",
  alternates: { "openai-completions": "https://api.synthetic.new/openai/v1" },
  env: ["SYNTHETIC_API_KEY"],
  header: { name: "x-api-key", value: "{key}", extra: { "anthropic-version": "2023-06-01" } },
  defaultModel: "hf:MiniMaxAI/MiniMax-M2.5",
  modelAlias: "MiniMax M2.5",
  probeModel: "hf:openai/gpt-oss-120b",
  catalog: "static",
  funding: "subscription",
  keyPrefixes: ["syn_"],
});
