// Gateways to many vendors.
import type { Case } from "./case.ts";
import { claude, error, http, sse } from "./case.ts";

export const GATEWAYS_CASES: readonly Case[] = [
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
];
