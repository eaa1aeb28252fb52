// How programs end that run a model's turns: told by the gateway itself, whoever made the program.
import type { Rule } from "../rule.ts";

export const CLI_RULES: readonly Rule[] = [
  // Settings or the machine are at fault, and right again as soon as somebody has seen to them: no bar.
  { code: /^cli_(?:missing|settings|busy)$/, kind: "unknown", scope: "provider" },
  { code: /^cli_silent$/, kind: "timeout", scope: "provider" },
  { code: /^cli_(?:died|flooded)$/, kind: "server_error", scope: "provider" },
];
