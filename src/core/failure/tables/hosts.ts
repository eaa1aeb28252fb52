// Vendors and hosts that speak the OpenAI protocol with a few words of their own.
// Source: each vendor's documentation of errors and rate limits.
import type { RuleTable } from "../rule.ts";

export const HOST_TABLES: readonly RuleTable[] = [
  {
    providers: ["xai", "grok"],
    rules: [
      { text: /used all available credits|spending limit|purchase (?:more )?credits/i, kind: "billing" },
      { text: /incorrect api key|api key (?:provided )?is (?:invalid|disabled)/i, kind: "auth" },
      { text: /maximum prompt length/i, kind: "context_overflow" },
      { text: /too many requests|rate limit/i, kind: "rate_limit", scope: "model" },
    ],
  },
  {
    providers: ["groq"],
    rules: [
      { code: /^organization_restricted$/, kind: "auth_permanent" },
      { code: /^(?:flex_tier_)?capacity_exceeded$/, kind: "overloaded", scope: "model" },
      // Also on a 413: the request is larger than the allowance of a minute.
      { code: /^rate_limit_exceeded$/, kind: "rate_limit", scope: "model" },
      {
        code: /^(?:model_not_found|model_decommissioned|model_not_active|model_terms_required|model_permission_\w+)$/,
        kind: "model_not_found",
      },
      { code: /^(?:tool_use_failed|json_validate_failed)$/, kind: "format" },
      { code: /^(?:blocked_api_access|spend_limit_reached)$/, kind: "billing" },
      { code: /^context_length_exceeded$|^request_too_large$/, kind: "context_overflow" },
    ],
    scopes: { rate_limit: "model", overloaded: "model" },
  },
  {
    providers: ["mistral"],
    rules: [
      { code: /^(?:service_tier_capacity_exceeded|3505)$/, kind: "overloaded", scope: "model" },
      { code: /^(?:rate_limited|1300)$/, kind: "rate_limit", scope: "account" },
      { code: /^(?:invalid_model|1500|1501)$/, kind: "model_not_found" },
      { code: /^(?:3051|context_length_exceeded)$/, kind: "context_overflow" },
    ],
    scopes: { rate_limit: "account" },
  },
  {
    providers: ["together", "together-ai"],
    rules: [
      { code: /^model_rate_limit$|^dynamic_\w+_limited$/, kind: "rate_limit", scope: "model" },
      { code: /^model_not_available$/, kind: "model_not_found" },
    ],
    scopes: { overloaded: "model" },
  },
  {
    providers: ["fireworks", "fireworks-ai"],
    rules: [{ status: [412], text: /suspended|spending limit|invoices/i, kind: "billing" }],
    scopes: { rate_limit: "account", overloaded: "model" },
  },
  {
    providers: ["deepinfra"],
    rules: [{ text: /model busy|\bbusy\b/i, kind: "overloaded", scope: "model" }],
    scopes: { rate_limit: "account", overloaded: "model" },
  },
  {
    providers: ["cerebras"],
    rules: [
      { code: /^queue_exceeded$/, kind: "overloaded", scope: "model" },
      { code: /^(?:request|token)_quota_exceeded$/, kind: "rate_limit", scope: "model" },
      { code: /^wrong_api_key$/, kind: "auth" },
      // It refuses an overlong prompt without a word.
      { status: [400, 413], empty: true, kind: "context_overflow" },
    ],
    scopes: { rate_limit: "model", overloaded: "model" },
  },
  {
    providers: ["nvidia"],
    rules: [
      // Words of a worker that is full, not of the key's own limit.
      {
        status: [500, 503, undefined],
        text: /resource ?exhausted|worker/i,
        kind: "overloaded",
        scope: "model",
      },
      { status: [404], text: /function|not found/i, kind: "model_not_found" },
    ],
    scopes: { overloaded: "model" },
  },
  {
    providers: ["huggingface", "hf"],
    rules: [
      { text: /included credits|pre-?paid credits/i, kind: "billing" },
      { text: /invalid username or password/i, kind: "auth" },
    ],
    scopes: { rate_limit: "account", overloaded: "model" },
  },
  {
    providers: ["venice", "venice-ai"],
    scopes: { overloaded: "model" },
  },
  {
    providers: ["novita", "novita-ai", "novitaai"],
    rules: [
      { code: /^(?:NOT_ENOUGH_BALANCE|BILLING_\w+)$/, kind: "billing" },
      { code: /^(?:MODEL_NOT_FOUND|MODEL_NOT_AVAILABLE)$/, kind: "model_not_found" },
      { code: /^(?:FAILED_TO_AUTH|INVALID_API_KEY|ACCESS_DENY)$/, kind: "auth" },
      { code: /^(?:RATE_LIMIT_EXCEEDED|TOKEN_LIMIT_EXCEEDED)$/, kind: "rate_limit", scope: "model" },
      { code: /^SERVICE_NOT_AVAILABLE$/, kind: "overloaded" },
    ],
  },
];
