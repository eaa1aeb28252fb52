// Vendors that sell a share of capacity: limits count for the account.
// Source: OpenCode's and Kilo's clients; each vendor's documentation.
import type { RuleTable } from "../rule.ts";

export const PLAN_TABLES: readonly RuleTable[] = [
  {
    providers: ["opencode", "opencode-zen", "opencode-go"],
    rules: [
      { code: /^CreditsError$/, kind: "billing" },
      { code: /^(?:MonthlyLimitError|UserLimitError|BudgetError)$/, kind: "billing" },
      { code: /UsageLimitError$|^RateLimitError$/, kind: "rate_limit", scope: "account" },
      { code: /^AuthError$/, kind: "auth" },
      { code: /^ModelError$/, kind: "model_not_found" },
    ],
    scopes: { rate_limit: "account" },
  },
  {
    providers: ["kilocode", "kilo"],
    rules: [
      { code: /LIMIT_REACHED$/, kind: "rate_limit", scope: "account" },
      { text: /low credit|add credits|credits? to continue/i, kind: "billing" },
    ],
    scopes: { rate_limit: "account" },
  },
  {
    providers: ["tencent-tokenhub", "tencent-tokenplan"],
    rules: [
      { code: /^20059$/, kind: "billing" },
      { code: /^2003\d$/, kind: "rate_limit", scope: "account" },
      { text: /resource package[^\n]{0,30}exhausted|post-?paid/i, kind: "billing" },
    ],
    scopes: { rate_limit: "account" },
    zone: "+08:00",
  },
  {
    providers: ["github-copilot", "copilot"],
    rules: [
      { code: /^user_model_\w*rate_limited$/, kind: "rate_limit", scope: "model" },
      { code: /^\w*rate_limited$|^quota_exceeded$/, kind: "rate_limit", scope: "account" },
      {
        code: /^(?:model_not_supported|model_not_available_for_integrator|unsupported_api_for_model)$/,
        kind: "model_not_found",
      },
      { code: /^model_max_prompt_tokens_exceeded$/, kind: "context_overflow" },
      { text: /no access to github copilot|not have access to copilot/i, kind: "auth" },
    ],
    scopes: { rate_limit: "account" },
  },
  {
    providers: ["ollama-cloud"],
    rules: [
      { text: /requires a subscription|upgrade for access/i, kind: "billing", scope: "model" },
      { text: /usage limit/i, kind: "rate_limit", scope: "account" },
    ],
    scopes: { rate_limit: "account", overloaded: "model" },
  },
  {
    providers: [
      "synthetic",
      "featherless",
      "chutes",
      "longcat",
      "arcee",
      "perplexity",
      "clawrouter",
      "cohere",
    ],
    scopes: { rate_limit: "account", overloaded: "model" },
  },
];
