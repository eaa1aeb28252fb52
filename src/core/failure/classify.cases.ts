// Answers of real services that are not among the recorded samples: other wordings, codes and headers.
// Written from the vendors' documentation and observed traffic; keys and ids are made up.
import type { FailureKind, FailureScope, UpstreamAnswer } from "./failure.ts";

export type FurtherCase = readonly [
  name: string,
  provider: string,
  answer: Partial<UpstreamAnswer>,
  /** kind, scope, rotateKey, seconds until the reset */
  expected: readonly [FailureKind, FailureScope, boolean, number | undefined],
];

const error = (message: string, rest: object = {}) => ({ error: { message, ...rest } });
const http = (status: number, body: unknown, headers: Record<string, string> = {}) => ({
  status,
  body,
  headers,
});
const sse = (body: unknown) => ({ transport: "sse", status: 200, body }) as const;
const text = (body: string) => ({ transport: "text", body }) as const;
const claude = (type: string, message: string) => ({ type: "error", error: { type, message } });

export const FURTHER_CASES: readonly FurtherCase[] = [
  // Anthropic
  [
    "prompt is too long",
    "anthropic",
    http(400, claude("invalid_request_error", "prompt is too long: 213462 tokens > 200000 maximum")),
    ["context_overflow", "request", false, undefined],
  ],
  [
    "input and max_tokens over the window",
    "anthropic",
    http(
      400,
      claude(
        "invalid_request_error",
        "input length and `max_tokens` exceed context limit: 188240 + 21333 > 200000, decrease input length or `max_tokens` and try again",
      ),
    ),
    ["context_overflow", "request", false, undefined],
  ],
  [
    "max_tokens beyond the model's output",
    "anthropic",
    http(
      400,
      claude(
        "invalid_request_error",
        "max_tokens: 100000 > 64000, which is the maximum allowed number of output tokens for claude-sonnet-4-5",
      ),
    ),
    ["format", "request", false, undefined],
  ],
  [
    "an image that is too large",
    "anthropic",
    http(
      400,
      claude(
        "invalid_request_error",
        "messages.0.content.1.image.source.base64: image exceeds 5 MB maximum: 6291456 bytes > 5242880 bytes",
      ),
    ),
    ["format", "request", false, undefined],
  ],
  [
    "empty text block",
    "anthropic",
    http(400, claude("invalid_request_error", "messages: text content blocks must be non-empty")),
    ["format", "request", false, undefined],
  ],
  [
    "wrong key",
    "anthropic",
    http(401, claude("authentication_error", "invalid x-api-key")),
    ["auth", "account", false, undefined],
  ],
  [
    "expired login",
    "anthropic",
    http(
      401,
      claude(
        "authentication_error",
        "OAuth token has expired. Please obtain a new token or refresh your existing token.",
      ),
    ),
    ["auth", "account", false, undefined],
  ],
  [
    "overloaded inside the stream",
    "anthropic",
    sse(claude("overloaded_error", "Overloaded")),
    ["overloaded", "provider", false, undefined],
  ],
  [
    "api_error inside the stream",
    "anthropic",
    sse(claude("api_error", "Internal server error")),
    ["server_error", "provider", false, undefined],
  ],
  [
    "output tokens per minute",
    "anthropic",
    http(
      429,
      claude(
        "rate_limit_error",
        "This request would exceed the rate limit for your organization of 8,000 output tokens per minute.",
      ),
      {
        "anthropic-ratelimit-output-tokens-remaining": "0",
        "anthropic-ratelimit-output-tokens-reset": "2026-07-01T12:00:41Z",
        "anthropic-ratelimit-requests-remaining": "40",
        "anthropic-ratelimit-requests-reset": "2026-07-01T12:00:02Z",
      },
    ),
    ["rate_limit", "model", true, 41],
  ],
  [
    "weekly window of the subscription",
    "anthropic",
    http(429, claude("rate_limit_error", "This request would exceed your account's rate limit."), {
      "anthropic-ratelimit-unified-status": "rejected",
      "anthropic-ratelimit-unified-representative-claim": "seven_day",
      "anthropic-ratelimit-unified-reset": "1783166400",
    }),
    ["rate_limit", "account", true, 259_200],
  ],
  [
    "an SDK's text with the body behind it",
    "anthropic",
    text(
      '429 {"type":"error","error":{"type":"rate_limit_error","message":"Number of requests has exceeded your rate limit"}}',
    ),
    ["rate_limit", "model", true, undefined],
  ],
  [
    "limit with a clock and a zone",
    "claude-cli",
    text("5-hour limit reached ∙ resets 9:30am (America/New_York)"),
    ["rate_limit", "account", true, 5400],
  ],
  [
    "an expired login of the CLI",
    "claude-cli",
    text("OAuth token has expired · Please run /login"),
    ["auth", "account", false, undefined],
  ],
  [
    "empty account of the CLI",
    "claude-cli",
    text("Credit balance is too low"),
    ["billing", "account", false, undefined],
  ],

  // OpenAI, Codex, Azure
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

  // Google
  [
    "permission for a project",
    "google",
    http(403, {
      error: {
        code: 403,
        status: "PERMISSION_DENIED",
        message: "Your project has been denied access. Please contact support.",
      },
    }),
    ["auth", "account", false, undefined],
  ],
  [
    "unknown model",
    "google",
    http(404, {
      error: {
        code: 404,
        status: "NOT_FOUND",
        message:
          "models/gemini-9 is not found for API version v1beta, or is not supported for generateContent.",
      },
    }),
    ["model_not_found", "model", false, undefined],
  ],
  [
    "too many tokens",
    "google",
    http(400, {
      error: {
        code: 400,
        status: "INVALID_ARGUMENT",
        message: "The input token count (1200345) exceeds the maximum number of tokens allowed (1048576).",
      },
    }),
    ["context_overflow", "request", false, undefined],
  ],
  [
    "deadline",
    "google",
    http(504, {
      error: {
        code: 504,
        status: "DEADLINE_EXCEEDED",
        message: "Deadline expired before operation could complete.",
      },
    }),
    ["timeout", "provider", false, undefined],
  ],
  [
    "internal",
    "google",
    http(500, {
      error: {
        code: 500,
        status: "INTERNAL",
        message: "An internal error has occurred. Please retry or report.",
      },
    }),
    ["server_error", "provider", false, undefined],
  ],
  [
    "high demand",
    "google",
    http(503, {
      error: {
        code: 503,
        status: "UNAVAILABLE",
        message: "This model is currently experiencing high demand. Spikes in demand are usually temporary.",
      },
    }),
    ["overloaded", "model", false, undefined],
  ],
  [
    "bad schema",
    "google",
    http(400, {
      error: {
        code: 400,
        status: "INVALID_ARGUMENT",
        message:
          "Invalid JSON payload received. Unknown name \"foo\" at 'generation_config': Cannot find field.",
      },
    }),
    ["format", "request", false, undefined],
  ],
  [
    "daily quota",
    "gemini",
    http(429, {
      error: {
        code: 429,
        status: "RESOURCE_EXHAUSTED",
        message: "You exceeded your current quota, please check your plan and billing details.",
        details: [
          {
            "@type": "type.googleapis.com/google.rpc.QuotaFailure",
            violations: [{ quotaId: "GenerateContentInputTokensPerDayPerProjectPerModel" }],
          },
          { "@type": "type.googleapis.com/google.rpc.RetryInfo", retryDelay: "12s" },
        ],
      },
    }),
    ["rate_limit", "model", true, 68_400],
  ],

  // Bedrock
  [
    "throttled, by header",
    "amazon-bedrock",
    http(
      429,
      { message: "Too many requests" },
      { "x-amzn-errortype": "ThrottlingException:http://internal.amazon.com/coral/" },
    ),
    ["rate_limit", "model", true, undefined],
  ],
  [
    "throttled inside the stream",
    "amazon-bedrock",
    sse({ throttlingException: { message: "Your request rate is too high." } }),
    ["rate_limit", "model", true, undefined],
  ],
  [
    "bad signature",
    "amazon-bedrock",
    http(403, {
      __type: "com.amazon.coral.service#InvalidSignatureException",
      message: "The request signature we calculated does not match the signature you provided.",
    }),
    ["auth", "account", false, undefined],
  ],
  [
    "not ready",
    "amazon-bedrock",
    http(429, {
      __type: "ModelNotReadyException",
      message: "The model specified in the request is not ready to serve inference requests.",
    }),
    ["overloaded", "model", true, undefined],
  ],
  [
    "no such model",
    "amazon-bedrock",
    http(404, {
      __type: "ResourceNotFoundException",
      message: "This model version has reached the end of its life.",
    }),
    ["model_not_found", "model", false, undefined],
  ],

  // Vendors with codes of their own
  [
    "empty account",
    "deepseek",
    http(402, error("Insufficient Balance", { type: "unknown_error", code: "invalid_request_error" })),
    ["billing", "account", false, undefined],
  ],
  [
    "messages refused",
    "deepseek",
    http(
      400,
      error("Invalid consecutive assistant message at message index 2", { type: "invalid_request_error" }),
    ),
    ["format", "request", false, undefined],
  ],
  [
    "daily tokens",
    "moonshot",
    http(
      429,
      error("Your account org-x request reached TPD rate limit, current:1500001, limit:1500000", {
        type: "rate_limit_reached_error",
      }),
    ),
    ["rate_limit", "account", true, undefined],
  ],
  [
    "overlong",
    "moonshot",
    http(
      400,
      error("Invalid request: Your request exceeded model token limit: 131072", {
        type: "invalid_request_error",
      }),
    ),
    ["context_overflow", "request", false, undefined],
  ],
  [
    "unknown model",
    "moonshot",
    http(404, error("Not found the model kimi-9 or Permission denied", { type: "resource_not_found_error" })),
    ["model_not_found", "model", false, undefined],
  ],
  [
    "sensitive input",
    "minimax",
    http(200, { base_resp: { status_code: 1026, status_msg: "input new_sensitive" } }),
    ["format", "request", false, undefined],
  ],
  [
    "unknown error",
    "minimax",
    http(200, { base_resp: { status_code: 1000, status_msg: "unknown error" } }),
    ["server_error", "provider", false, undefined],
  ],
  [
    "busy",
    "zai",
    http(429, {
      error: { code: "1305", message: "The service may be temporarily overloaded, please try again later" },
    }),
    ["overloaded", "model", true, undefined],
  ],
  [
    "weekly window",
    "zai",
    http(429, {
      error: {
        code: "1310",
        message: "Weekly/Monthly Limit Exhausted. Your limit will reset at 2026-07-05 08:00:00",
      },
    }),
    ["rate_limit", "account", true, 302_400],
  ],
  [
    "empty account in Chinese",
    "zai",
    http(429, { error: { code: "1113", message: "余额不足或无可用资源包,请充值。" } }),
    ["billing", "account", true, undefined],
  ],
  [
    "too fast",
    "qwen",
    http(429, { code: "Throttling.BurstRate", message: "Request rate increased too quickly." }),
    ["rate_limit", "model", true, undefined],
  ],
  [
    "wrong key",
    "qwen",
    http(401, { code: "InvalidApiKey", message: "Invalid API-key provided." }),
    ["auth", "account", false, undefined],
  ],
  [
    "tokens per minute",
    "qianfan",
    http(429, {
      error: {
        code: "tpm_rate_limit_exceeded",
        message: "Rate limit reached for TPM",
        type: "rate_limit_exceeded",
      },
    }),
    ["rate_limit", "model", true, undefined],
  ],
  [
    "busy",
    "volcengine",
    http(429, {
      error: {
        code: "ServerOverloaded",
        message: "The service is currently unable to handle additional requests due to server overload.",
        type: "TooManyRequests",
      },
    }),
    ["overloaded", "model", true, undefined],
  ],
  [
    "moderated",
    "stepfun",
    http(451, error("content blocked", { type: "censorship_blocked" })),
    ["format", "request", false, undefined],
  ],

  // Gateways
  [
    "free models per day",
    "openrouter",
    http(429, {
      error: {
        code: 429,
        message:
          "Rate limit exceeded: free-models-per-day. Add 10 credits to unlock 1000 free model requests per day",
        metadata: { headers: { "X-RateLimit-Reset": "1782950400000" } },
      },
    }),
    ["rate_limit", "account", true, 43_200],
  ],
  [
    "never bought",
    "openrouter",
    http(402, {
      error: { code: 402, message: "Insufficient credits. This account never purchased credits." },
    }),
    ["billing", "account", false, undefined],
  ],
  [
    "upstream limited",
    "openrouter",
    http(429, {
      error: {
        code: 429,
        message: "Provider returned error",
        metadata: {
          raw: "vendor/model is temporarily rate-limited upstream. Please retry shortly.",
          provider_name: "X",
        },
      },
    }),
    ["rate_limit", "model", true, undefined],
  ],
  [
    "broke off inside the stream",
    "openrouter",
    sse({ id: "gen-1", error: { code: 502, message: "Provider disconnected" }, choices: [] }),
    ["server_error", "provider", false, undefined],
  ],
  [
    "old premium allowance",
    "github-copilot",
    http(402, error("You have no quota", { code: "quota_exceeded" })),
    ["rate_limit", "account", true, undefined],
  ],
  [
    "token expired",
    "github-copilot",
    http(401, "unauthorized: token expired"),
    ["auth", "account", false, undefined],
  ],
  [
    "cooling deployments",
    "litellm",
    http(
      429,
      error("No deployments available for selected model. Try again in 5 seconds. cooldown_list=[]", {
        code: "429",
      }),
    ),
    ["rate_limit", "model", true, 5],
  ],
  [
    "team without the model",
    "litellm",
    http(
      401,
      error("team not allowed to access model. This team can only access models=['a']", {
        type: "team_model_access_denied",
        code: "401",
      }),
    ),
    ["auth", "model", false, undefined],
  ],
  [
    "wrapped overflow",
    "litellm",
    http(
      400,
      error("litellm.ContextWindowExceededError: This model's maximum context length is 8192 tokens.", {
        code: "400",
      }),
    ),
    ["context_overflow", "request", false, undefined],
  ],
  [
    "monthly allowance",
    "opencode-go",
    http(429, claude("GoUsageLimitError", "Monthly usage limit reached. Resets in 12 days 4 hours.")),
    ["rate_limit", "account", true, 1_051_200],
  ],

  // Hosts, local servers
  [
    "tokens per day, long pause",
    "groq",
    http(
      429,
      error(
        "Rate limit reached for model `x` in organization `org_x` on tokens per day (TPD): Limit 100000, Used 99900, Requested 500. Please try again in 1h2m3s.",
        { type: "tokens", code: "rate_limit_exceeded" },
      ),
    ),
    ["rate_limit", "model", true, 3723],
  ],
  [
    "wrong key",
    "groq",
    http(401, error("Invalid API Key", { type: "invalid_request_error", code: "invalid_api_key" })),
    ["auth", "account", false, undefined],
  ],
  [
    "overlong",
    "mistral",
    http(400, {
      object: "error",
      message:
        "Prompt contains 40001 tokens and 0 draft tokens, too large for model with 32768 maximum context length",
      type: "invalid_request_prompt",
      code: "3051",
    }),
    ["context_overflow", "request", false, undefined],
  ],
  [
    "blocked key",
    "xai",
    http(403, {
      code: "The caller does not have permission to execute the specified operation",
      error: "Your API key has been disabled by an administrator.",
    }),
    ["auth_permanent", "account", false, undefined],
  ],
  [
    "deployment asleep",
    "fireworks",
    http(503, error("Model is not ready: the deployment is scaling up from zero, it is still loading")),
    ["overloaded", "model", false, undefined],
  ],
  [
    "not pulled",
    "ollama",
    http(404, { error: "model 'llama9' not found, try pulling it first" }),
    ["model_not_found", "model", false, undefined],
  ],
  [
    "busy",
    "ollama",
    http(503, { error: "server busy, please try again.  maximum pending requests exceeded" }),
    ["overloaded", "provider", false, undefined],
  ],
  [
    "nothing loaded",
    "lmstudio",
    http(
      400,
      error("No models loaded. Please load a model in the developer page.", {
        type: "invalid_request_error",
        code: "model_not_found",
      }),
    ),
    ["model_not_found", "model", false, undefined],
  ],
  [
    "overlong with newer wording",
    "vllm",
    http(
      400,
      error(
        "'max_tokens' or 'max_completion_tokens' is too large: 40000. This model's maximum context length is 8192 tokens and your request has 200 input tokens",
        { type: "BadRequestError", code: 400 },
      ),
    ),
    ["context_overflow", "request", false, undefined],
  ],

  // Providers nobody has described
  [
    "unavailable, by its own fault",
    "acme",
    http(503, error("Service temporarily unavailable.", { type: "server_error", code: null })),
    ["server_error", "provider", false, undefined],
  ],
  [
    "unavailable, and busy by its words",
    "acme",
    http(503, error("Service temporarily overloaded.", { type: "server_error", code: null })),
    ["overloaded", "provider", false, undefined],
  ],
  [
    "HTTP date",
    "custom",
    http(503, "busy", { "retry-after": "Wed, 01 Jul 2026 12:02:00 GMT" }),
    ["overloaded", "provider", false, 120],
  ],
  [
    "fractional seconds",
    "custom",
    http(429, "", { "retry-after": "1.5" }),
    ["rate_limit", "model", true, 1.5],
  ],
  [
    "draft header",
    "custom",
    http(429, "", { "ratelimit-reset": "30", "ratelimit-remaining": "0" }),
    ["rate_limit", "model", true, 30],
  ],
  [
    "a 404 page",
    "custom",
    http(404, "<html><body>404 page not found</body></html>"),
    ["model_not_found", "model", false, undefined],
  ],
  [
    "a proxy's page",
    "custom",
    http(502, "<html><head><title>502 Bad Gateway</title></head><center>nginx</center></html>"),
    ["server_error", "provider", false, undefined],
  ],
  [
    "window behind a 402",
    "custom",
    http(402, error("monthly usage limit reached, try again next month")),
    ["rate_limit", "account", true, undefined],
  ],
  ["bare 402", "custom", http(402, ""), ["billing", "account", false, undefined]],
  [
    "throttled tokens are no overflow",
    "custom",
    http(400, error("ThrottlingException: Too many tokens, please wait before trying again.")),
    ["rate_limit", "model", true, undefined],
  ],
  [
    "suspended for lack of money",
    "custom",
    http(403, error("Account suspended: insufficient balance")),
    ["billing", "account", false, undefined],
  ],
  [
    "deactivated",
    "custom",
    http(401, error("Your account has been deactivated")),
    ["auth_permanent", "account", false, undefined],
  ],
  [
    "overflow in Chinese",
    "custom",
    http(400, error("上下文长度超出限制")),
    ["context_overflow", "request", false, undefined],
  ],
  [
    "limit in Chinese",
    "custom",
    http(403, error("请求过于频繁,请稍后再试")),
    ["rate_limit", "model", true, undefined],
  ],
  [
    "status inside a text",
    "custom",
    text("Request failed with status code 503"),
    ["overloaded", "provider", false, undefined],
  ],
  [
    "a proxy that timed out upstream",
    "custom",
    http(500, error("upstream request timeout")),
    ["timeout", "provider", false, undefined],
  ],
  [
    "timed out",
    "custom",
    text("Request timed out after 60000 ms"),
    ["timeout", "provider", false, undefined],
  ],
  [
    "connection cut",
    "custom",
    { transport: "network", body: "socket hang up" },
    ["timeout", "provider", false, undefined],
  ],
  [
    "name resolution",
    "custom",
    { transport: "network", body: { code: "ENOTFOUND" } },
    ["timeout", "provider", false, undefined],
  ],
  [
    "tool schema",
    "custom",
    http(
      400,
      error("tools.0.custom.input_schema: JSON schema is invalid. It must match JSON Schema draft 2020-12"),
    ),
    ["format", "request", false, undefined],
  ],
  [
    "no vision",
    "custom",
    http(400, error("This model does not support image input")),
    ["format", "request", false, undefined],
  ],
  [
    "no host of the model sees images: another model may",
    "openrouter",
    http(404, error("No endpoints found that support image input", { code: 404 })),
    ["model_not_found", "model", false, undefined],
  ],
];
