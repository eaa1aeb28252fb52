// OpenAI, Codex and Azure.
import type { Case } from "./case.ts";
import { error, http, sse, text } from "./case.ts";

export const OPENAI_CASES: readonly Case[] = [
  [
    "wrong key",
    "openai",
    http(
      401,
      error("Incorrect API key provided: sk-fake****0000. You can find your API key at the account page.", {
        type: "invalid_request_error",
        code: "invalid_api_key",
      }),
    ),
    ["auth", "account", false, undefined],
  ],
  [
    "billing hard limit",
    "openai",
    http(
      400,
      error("Billing hard limit has been reached", {
        type: "invalid_request_error",
        code: "billing_hard_limit_reached",
      }),
    ),
    ["billing", "account", false, undefined],
  ],
  [
    "inactive account",
    "openai",
    http(
      429,
      error("Your account is not active, please check your billing details on our website.", {
        type: "billing_not_active",
        code: "billing_not_active",
      }),
    ),
    ["billing", "account", true, undefined],
  ],
  [
    "project without the model",
    "openai",
    http(
      403,
      error("Project `proj_x` does not have access to model `gpt-5-pro`", {
        type: "invalid_request_error",
        code: "model_not_found",
      }),
    ),
    ["model_not_found", "model", false, undefined],
  ],
  [
    "tokens per minute with durations",
    "openai",
    http(
      429,
      error(
        "Rate limit reached for gpt-5 in organization org-x on tokens per min (TPM): Limit 30000, Used 29500, Requested 1200.",
        { type: "tokens", code: "rate_limit_exceeded" },
      ),
      {
        "x-ratelimit-remaining-requests": "499",
        "x-ratelimit-reset-requests": "120ms",
        "x-ratelimit-remaining-tokens": "0",
        "x-ratelimit-reset-tokens": "1m6.5s",
      },
    ),
    ["rate_limit", "model", true, 66.5],
  ],
  [
    "unknown parameter",
    "openai",
    http(
      400,
      error("Unknown parameter: 'reasoning_level'.", {
        type: "invalid_request_error",
        param: "reasoning_level",
        code: "unknown_parameter",
      }),
    ),
    ["format", "request", false, undefined],
  ],
  [
    "a parameter this model lacks",
    "openai",
    http(
      400,
      error(
        "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
        { type: "invalid_request_error", param: "max_tokens", code: "unsupported_parameter" },
      ),
    ),
    ["format", "request", false, undefined],
  ],
  [
    "a value this model lacks",
    "openai",
    http(
      400,
      error(
        "Unsupported value: 'temperature' does not support 0.2 with this model. Only the default (1) value is supported.",
        { type: "invalid_request_error", code: "unsupported_value" },
      ),
    ),
    ["format", "request", false, undefined],
  ],
  [
    "policy",
    "openai",
    http(
      400,
      error("Your request was rejected as a result of our safety system.", {
        type: "invalid_request_error",
        code: "content_policy_violation",
      }),
    ),
    ["format", "request", false, undefined],
  ],
  [
    "quota inside the stream",
    "openai",
    sse({
      type: "error",
      error: {
        type: "insufficient_quota",
        code: "insufficient_quota",
        message: "You exceeded your current quota, please check your plan and billing details.",
      },
    }),
    ["billing", "account", true, undefined],
  ],
  [
    "overflow inside the stream",
    "openai",
    sse({
      type: "response.failed",
      response: {
        status: "failed",
        error: {
          code: "context_length_exceeded",
          message:
            "Your input exceeds the context window of this model. Please adjust your input and try again.",
        },
      },
    }),
    ["context_overflow", "request", false, undefined],
  ],
  [
    "usage limit with seconds",
    "openai-codex",
    http(429, {
      error: {
        type: "usage_limit_reached",
        message: "The usage limit has been reached",
        plan_type: "pro",
        resets_in_seconds: 3600,
      },
    }),
    ["rate_limit", "account", true, 3600],
  ],
  [
    "usage limit in words",
    "openai-codex",
    text("You've hit your usage limit. Upgrade to Pro or try again in 2 days 3 hours 4 minutes."),
    ["rate_limit", "account", true, 183_840],
  ],
  [
    "spent window of two",
    "openai-codex",
    http(
      429,
      { error: { type: "usage_limit_reached" } },
      {
        "x-codex-primary-used-percent": "100",
        "x-codex-primary-reset-after-seconds": "1200",
        "x-codex-secondary-used-percent": "40",
        "x-codex-secondary-reset-after-seconds": "400000",
      },
    ),
    ["rate_limit", "account", true, 1200],
  ],
  [
    "invalidated login",
    "openai-codex",
    http(
      401,
      error("Your authentication token has been invalidated. Please try signing in again.", {
        code: "token_invalidated",
      }),
    ),
    ["auth", "account", false, undefined],
  ],
  [
    "token rate limit with a pause",
    "azure-openai-responses",
    http(
      429,
      error(
        "Requests to the ChatCompletions_Create Operation under Azure OpenAI API version 2025-01-01 have exceeded token rate limit of your current pricing tier. Please retry after 21 seconds.",
        { code: "429" },
      ),
    ),
    ["rate_limit", "model", true, 21],
  ],
  [
    "denied by network rules",
    "azure-openai-responses",
    http(403, error("Access denied due to Virtual Network/Firewall rules.", { code: "AccessDenied" })),
    ["auth", "account", false, undefined],
  ],
  [
    "replenished in a span",
    "azure",
    http(403, error("Out of call volume quota. Quota will be replenished in 01:02:03.", { code: "403" })),
    ["rate_limit", "account", true, 3723],
  ],
];
