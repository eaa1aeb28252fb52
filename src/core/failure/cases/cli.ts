// Claude Code, whose words stand in plain text.
import type { Case } from "./case.ts";
import { text } from "./case.ts";

export const CLI_CASES: readonly Case[] = [
  [
    "limit with a clock and a zone",
    "claude-cli",
    text("5-hour limit reached ∙ resets 9:30am (America/New_York)"),
    ["rate_limit", "account", true, 5400],
  ],
  [
    "an expired login of the CLI",
    "claude-cli",
    text("OAuth token has expired · Please run /login"),
    ["auth", "account", false, undefined],
  ],
  [
    "empty account of the CLI",
    "claude-cli",
    text("Credit balance is too low"),
    ["billing", "account", false, undefined],
  ],
];
