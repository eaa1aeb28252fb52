// OpenAI's API, ChatGPT (Codex) logins, Azure's deployments of the same.
// Source: OpenAI API documentation, "Error codes"; Codex client; Azure OpenAI REST reference.
import type { Rule, RuleTable } from "../rule.ts";

const OPENAI_RULES: readonly Rule[] = [
  {
    code: /^(?:deactivated_workspace|account_deactivated|token_revoked|workspace_suspended)$/,
    kind: "auth_permanent",
  },
  {
    code: /^(?:insufficient_quota|credit_balance_exhausted|billing_(?:hard_limit_reached|not_active)|\w+_spend_limit_exceeded)$/,
    kind: "billing",
  },
  {
    code: /^usage_limit_reached$/,
    kind: "rate_limit",
    scope: "account",
  },
  { code: /^usage_not_included$/, kind: "billing" },
  { code: /^slow_down$/, kind: "rate_limit", scope: "account" },
  { code: /^(?:server_is_overloaded|engine_overloaded)$/, kind: "overloaded", scope: "provider" },
  // Requests beyond a whole per-minute allowance carry the same code.
  { code: /^rate_limit_exceeded$/, kind: "rate_limit", scope: "model" },
  { code: /^context_length_exceeded$/, kind: "context_overflow" },
  { code: /^(?:model_not_found|DeploymentNotFound|OperationNotSupported)$/, kind: "model_not_found" },
  { code: /^unsupported_country_region_territory$/, kind: "auth", scope: "provider" },
  {
    code: /^(?:content_filter|content_policy_violation|ResponsibleAIPolicyViolation|invalid_prompt|invalid_image\w*|cyber_policy|bio_policy)$/,
    kind: "format",
  },
  {
    code: /^(?:refresh_token_\w+|token_expired|token_invalidated|invalid_api_key|ip_not_authorized|mismatched_\w+)$/,
    kind: "auth",
  },
  { text: /member of an organization|missing scopes|insufficient permissions/i, kind: "auth" },
];

export const OPENAI_TABLES: readonly RuleTable[] = [
  {
    providers: ["openai"],
    rules: OPENAI_RULES,
    scopes: { overloaded: "provider" },
  },
  {
    providers: ["openai-codex", "codex", "codex-cli"],
    rules: [
      // A bot challenge says nothing of the credential.
      {
        status: [403, 503],
        text: /just a moment|challenge-platform|cf-chl|enable javascript/i,
        kind: "unknown",
      },
      ...OPENAI_RULES,
    ],
    scopes: { overloaded: "provider" },
  },
  {
    providers: ["azure-openai-responses", "azure", "azure-openai", "microsoft-foundry"],
    rules: [
      { text: /out of call volume quota|quota will be replenished/i, kind: "rate_limit", scope: "account" },
      ...OPENAI_RULES,
    ],
    scopes: { rate_limit: "model" },
  },
];
