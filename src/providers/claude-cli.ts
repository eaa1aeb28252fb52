// Calls run through the installed `claude` program; there is no HTTP of its own.
import { defineProvider } from "./provider.ts";

export const claudeCli = defineProvider({
  id: "claude-cli",
  label: "Claude Code CLI backend",
  api: "cli-backend",
  env: [],
  defaultModel: "claude-opus-4-8",
  probeModel: "claude-haiku-4-5",
  catalog: "static",
  logins: [{ id: "cli", kind: "cli", label: "Claude CLI login" }],
});
