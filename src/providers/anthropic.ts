// OAuth access and setup tokens travel as bearer tokens and need the beta header.
import { CLAUDE_CLI_POLICY } from "./claude-cli.ts";
import { defineProvider } from "./provider.ts";

export const anthropic = defineProvider({
  id: "anthropic",
  label: "Anthropic",
  aliases: ["claude"],
  api: "anthropic-messages",
  baseUrl: "https://api.anthropic.com",
  env: ["ANTHROPIC_OAUTH_TOKEN", "ANTHROPIC_API_KEY"],
  header: { name: "x-api-key", value: "{key}", extra: { "anthropic-version": "2023-06-01" } },
  headerVariants: [
    {
      when: "sk-ant-oat",
      name: "Authorization",
      value: "Bearer {key}",
      extra: { "anthropic-version": "2023-06-01", "anthropic-beta": "oauth-2025-04-20" },
    },
  ],
  defaultModel: "claude-opus-4-8",
  probeModel: "claude-haiku-4-5",
  catalog: "static",
  planKeys: ["sk-ant-oat"],
  thinksAdaptively: /^claude-(?:opus|sonnet)-(?:4-[6-9]|[5-9])|^claude-(?:haiku-[5-9]|fable)/,
  keyPrefixes: ["sk-ant-api", "sk-ant-oat", "sk-ant-ort", "sk-ant-admin", "sk-ant-sid"],
  logins: [
    { id: "api-key", kind: "api_key", label: "Anthropic API key" },
    {
      id: "setup-token",
      kind: "token",
      label: "Anthropic setup-token",
      policy: {
        text: "Supported token path; may be refused or billed as extra usage outside Claude Code. An API key is the predictable choice for servers.",
        asOf: "2026-11",
      },
    },
    {
      id: "cli",
      kind: "cli",
      program: "claude",
      label: "Claude CLI login",
      policy: CLAUDE_CLI_POLICY,
    },
  ],
});
