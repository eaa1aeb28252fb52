// Servers on this machine or network.
// Source: the projects' own error texts.
import type { RuleTable } from "../rule.ts";

export const LOCAL_TABLES: readonly RuleTable[] = [
  {
    providers: ["ollama"],
    rules: [
      { text: /does not support/i, kind: "format" },
      {
        text: /requires more system memory|insufficient (?:\w+ )?memory|out of memory/i,
        kind: "server_error",
        scope: "model",
      },
      { status: [undefined], text: /runner process/i, kind: "unknown", scope: "provider" },
      { text: /server busy|maximum pending requests/i, kind: "overloaded" },
    ],
  },
  {
    providers: ["lmstudio", "lm-studio"],
    rules: [
      {
        text: /tokens to keep from the initial prompt|context (?:the )?overflows/i,
        kind: "context_overflow",
      },
      { text: /no models? loaded|failed to load model|model[^\n]{0,40}not loaded/i, kind: "model_not_found" },
    ],
  },
  {
    providers: ["vllm", "sglang", "inferrs", "ds4"],
    rules: [{ text: /EngineCore|EngineDeadError/i, kind: "server_error" }],
  },
];
