// Providers nobody has described: words and status alone.
import type { Case } from "./case.ts";
import { error, http, text } from "./case.ts";

export const UNDESCRIBED_CASES: readonly Case[] = [
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
