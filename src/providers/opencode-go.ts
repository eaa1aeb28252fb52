// One key serves `opencode` and `opencode-go`.
import { defineProvider } from "./provider.ts";

export const opencodeGo = defineProvider({
  id: "opencode-go",
  label: "OpenCode Go",
  api: "openai-completions",
  baseUrl: "https://opencode.ai/zen/go/v1",
  alternates: { "anthropic-messages": "https://opencode.ai/zen/go" },
  env: ["OPENCODE_API_KEY", "OPENCODE_ZEN_API_KEY"],
  defaultModel: "kimi-k2.6",
  probeModel: "mimo-v2.5",
  catalog: "runtime",
  funding: "subscription",
  keyPrefixes: ["sk-"],
});
