// Hosts of models.
import type { Case } from "./case.ts";
import { error, http } from "./case.ts";

export const HOSTS_CASES: readonly Case[] = [
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
];
