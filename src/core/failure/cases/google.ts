// Google.
import type { Case } from "./case.ts";
import { http } from "./case.ts";

export const GOOGLE_CASES: readonly Case[] = [
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
];
