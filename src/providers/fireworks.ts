import { defineProvider } from "./provider.ts";

export const fireworks = defineProvider({
  id: "fireworks",
  label: "Fireworks AI",
  aliases: ["fireworks-ai"],
  api: "openai-completions",
  baseUrl: "https://api.fireworks.ai/inference/v1",
  alternates: { "anthropic-messages": "https://api.fireworks.ai/inference" },
  env: ["FIREWORKS_API_KEY"],
  defaultModel: "accounts/fireworks/routers/kimi-k2p5-turbo",
  probeModel: "accounts/fireworks/models/gpt-oss-120b",
  catalog: "static",
  keyPrefixes: ["fw_", "fw-"],
});
