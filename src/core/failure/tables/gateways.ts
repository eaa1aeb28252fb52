// Services that pass calls on to other vendors: their own faults, and the words of those behind them.
// Source: each gateway's documentation of errors.
import type { RuleTable } from "../rule.ts";

export const GATEWAY_TABLES: readonly RuleTable[] = [
  {
    providers: ["openrouter"],
    rules: [
      { text: /key limit exceeded/i, kind: "billing" },
      { text: /rate-limited upstream/i, kind: "rate_limit", scope: "model" },
      // Its free tier's limits advertise credits.
      { status: [429], text: /rate limit exceeded/i, kind: "rate_limit" },
      // Alone, this sentence hides an upstream that broke off.
      {
        status: [undefined, 400, 500, 502, 503],
        text: /^provider returned error\.?(?:\n[\d\n]*)?$/i,
        kind: "timeout",
        scope: "model",
      },
      { text: /flagged|moderation/i, kind: "format" },
      { status: [503], kind: "overloaded", scope: "model" },
      { status: [404], kind: "model_not_found" },
    ],
    scopes: { rate_limit: "account", overloaded: "model", timeout: "model" },
  },
  {
    providers: ["vercel-ai-gateway", "ai-gateway"],
    rules: [
      {
        code: /^free_tier_model_not_available$|^model_not_\w+$|^no_providers_available$/,
        kind: "model_not_found",
      },
      { code: /^insufficient_funds$/, kind: "billing" },
      { code: /^service_unavailable$/, kind: "overloaded", scope: "model" },
    ],
    scopes: { rate_limit: "account" },
  },
  {
    providers: ["cloudflare-ai-gateway", "cloudflare-workers-ai", "workers-ai", "workers_ai"],
    rules: [
      { code: /^(?:4006|3036)$/, kind: "rate_limit", scope: "account" },
      { code: /^3040$/, kind: "overloaded", scope: "model" },
      { code: /^(?:3007|3008|3046)$/, kind: "timeout", scope: "model" },
      { code: /^(?:2008|5007|3042)$/, kind: "model_not_found" },
      { code: /^3006$/, kind: "context_overflow" },
      { code: /^3023$/, kind: "auth_permanent" },
      { code: /^(?:3041|5016|5018)$/, kind: "auth", scope: "model" },
      { code: /^(?:2001|2009|10000|10001|9109)$/, kind: "auth" },
      { code: /^(?:5004|5006|3003|5005)$/, kind: "format" },
      { code: /^2003$/, kind: "rate_limit", scope: "account" },
      { code: /^(?:2016|2017|2029|2030)$/, kind: "format" },
    ],
    scopes: { rate_limit: "account", timeout: "model" },
    // The free allocation of neurons starts anew with the day.
    midnights: [{ text: /daily free allocation/i, zone: "UTC" }],
  },
  {
    providers: ["litellm"],
    rules: [
      { code: /^budget_exceeded$/, kind: "billing" },
      { code: /^token_not_found_in_db$|^(?:key|auth)_error$/, kind: "auth" },
      { code: /^expired_key$/, kind: "auth" },
      { code: /^(?:key|team|user|org)_model_access_denied$/, kind: "auth", scope: "model" },
      { text: /no deployments available/i, kind: "rate_limit", scope: "model" },
      { text: /contextwindowexceeded/i, kind: "context_overflow" },
      { text: /litellm\.timeout/i, kind: "timeout" },
      { text: /invalid model name/i, kind: "model_not_found" },
    ],
    scopes: { rate_limit: "account" },
  },
];
