// Anthropic's API, Claude subscriptions, and what stands in front of them.
// Source: Anthropic API documentation, "Errors" and "Rate limits"; Claude Code's own messages.
import type { Rule, RuleTable } from "../rule.ts";

const CLAUDE_RULES: readonly Rule[] = [
  { text: /extra usage is required/i, kind: "billing", scope: "model" },
  { text: /out of extra usage|draw from (?:your )?extra usage|claim your credit/i, kind: "billing" },
  { text: /only authorized for use with claude code/i, kind: "auth" },
  { text: /organization has been disabled|account (?:is |has been )?disabled/i, kind: "auth_permanent" },
  { code: /^overloaded_error$/, kind: "overloaded" },
  { code: /^timeout_error$/, kind: "timeout" },
  { code: /^billing_error$/, kind: "billing" },
  { code: /^request_too_large$/, kind: "context_overflow" },
  { code: /^not_found_error$/, text: /\bmodel\b/i, kind: "model_not_found" },
  // The claim of a subscription's window may name a model family; its siblings go on.
  {
    status: [429],
    header: ["anthropic-ratelimit-unified-representative-claim", /_(?:opus|sonnet|haiku)/],
    kind: "rate_limit",
    scope: "model",
  },
  {
    status: [429],
    header: ["anthropic-ratelimit-unified-status", /rejected|exceeded/],
    kind: "rate_limit",
    scope: "account",
  },
  { text: /\b(?:opus|sonnet|haiku|fable)\b[^\n]{0,30}\blimit\b/i, kind: "rate_limit", scope: "model" },
  {
    text: /acceleration limit|usage limit|(?:session|weekly|hour|your) limit|concurren/i,
    kind: "rate_limit",
    scope: "account",
  },
  // Anthropic's other limits are counted for each model class, also those it calls the account's.
  { code: /^rate_limit_error$/, kind: "rate_limit", scope: "model" },
];

export const ANTHROPIC_TABLES: readonly RuleTable[] = [
  {
    providers: ["anthropic", "claude", "claude-cli", "claude-max-api-proxy"],
    rules: CLAUDE_RULES,
    scopes: { overloaded: "provider" },
  },
];
