// Calls run through the installed `claude` program; there is no HTTP of its own. Model refs stay `anthropic/…`:
// `agents.defaults.models.<ref>.agentRuntime.id` says that this backend runs them.
import { defineProvider } from "./provider.ts";

export const CLAUDE_CLI = "claude-cli";

export const CLAUDE_CLI_POLICY = {
  text: "Called sanctioned by the documents until a new policy. The CLI keeps and refreshes its own login.",
  asOf: "2026-11",
} as const;

export const claudeCli = defineProvider({
  id: CLAUDE_CLI,
  label: "Claude Code CLI backend",
  api: "cli-backend",
  backendOf: "anthropic",
  env: [],
  defaultModel: "claude-opus-4-8",
  probeModel: "claude-haiku-4-5",
  catalog: "static",
  logins: [
    {
      id: "cli",
      kind: "cli",
      program: "claude",
      label: "Claude CLI login",
      policy: CLAUDE_CLI_POLICY,
    },
  ],
});
