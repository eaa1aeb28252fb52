// One key serves `opencode` and `opencode-go`.
import { defineProvider } from "./provider.ts";

export const opencode = defineProvider({
  id: "opencode",
  label: "OpenCode Zen",
  aliases: ["opencode-zen"],
  api: "openai-completions",
  baseUrl: "https://opencode.ai/zen/v1",
  alternates: { "anthropic-messages": "https://opencode.ai/zen" },
  env: ["OPENCODE_API_KEY", "OPENCODE_ZEN_API_KEY"],
  defaultModel: "claude-opus-4-6",
  modelAlias: "Opus",
  probeModel: "big-pickle",
  catalog: "runtime",
  keyPrefixes: ["sk-"],
});
