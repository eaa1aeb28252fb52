// Anthropic.
import type { Case } from "./case.ts";
import { claude, http, sse, text } from "./case.ts";

export const ANTHROPIC_CASES: readonly Case[] = [
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
];
