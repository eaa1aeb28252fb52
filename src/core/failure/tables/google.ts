// Google: Gemini API, Vertex AI, Code Assist (Gemini CLI).
// Source: google.rpc.Code, google.rpc.ErrorInfo reasons, Gemini API "Troubleshooting" and "Rate limits".
import type { Rule, RuleTable } from "../rule.ts";

const GOOGLE_RULES: readonly Rule[] = [
  {
    code: /^(?:BILLING_DISABLED|INSUFFICIENT_G1_CREDITS_BALANCE|ACCOUNT_STATE_INVALID_BILLING)$/,
    kind: "billing",
  },
  { code: /^(?:CONSUMER_SUSPENDED|ACCOUNT_STATE_INVALID|CONSUMER_DELETED)$/, kind: "auth_permanent" },
  { text: /reported as leaked/i, kind: "auth_permanent" },
  { text: /location is not supported/i, kind: "auth", scope: "provider" },
  {
    code: /^(?:API_KEY_\w+|ACCESS_TOKEN_\w+|SERVICE_DISABLED|VALIDATION_REQUIRED|CONSUMER_INVALID|IAM_PERMISSION_DENIED|CREDENTIALS_MISSING|ACCOUNT_\w+|SECURITY_POLICY_VIOLATED|RESOURCE_PROJECT_INVALID)$/,
    kind: "auth",
  },
  { code: /^MODEL_CAPACITY_EXHAUSTED$/, kind: "overloaded", scope: "model" },
  { text: /no capacity available|model is overloaded|high demand/i, kind: "overloaded", scope: "model" },
  { text: /prepay(?:ment)? credits?|credits? (?:are|is) depleted|spending cap/i, kind: "billing" },
  // The sentence speaks of plan and billing for every limit; the status tells that it is a quota.
  {
    code: /^(?:RESOURCE_EXHAUSTED|RATE_LIMIT_EXCEEDED|QUOTA_EXHAUSTED)$/,
    kind: "rate_limit",
    scope: "model",
  },
  { code: /^(?:UNAUTHENTICATED|PERMISSION_DENIED)$/, unless: /billing|suspended|leaked/i, kind: "auth" },
  { code: /^NOT_FOUND$/, kind: "model_not_found" },
  { code: /^UNAVAILABLE$/, kind: "overloaded" },
  { code: /^(?:DEADLINE_EXCEEDED|CANCELLED)$/, kind: "timeout" },
  { code: /^(?:INTERNAL|UNKNOWN|DATA_LOSS)$/, kind: "server_error" },
];

export const GOOGLE_TABLES: readonly RuleTable[] = [
  {
    providers: ["google", "gemini", "google-vertex", "google-gemini-cli", "gemini-cli", "anthropic-vertex"],
    rules: GOOGLE_RULES,
    scopes: { overloaded: "model" },
    // Daily quotas start anew at midnight Pacific time, whatever `retryDelay` says.
    midnights: [{ text: /PerDay/, zone: "America/Los_Angeles" }],
    // A limit of 0: the model is not part of this tier.
    neverResets: /\blimit: 0\b/,
  },
];
