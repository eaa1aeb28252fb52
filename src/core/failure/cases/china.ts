// Vendors with codes of their own.
import type { Case } from "./case.ts";
import { error, http } from "./case.ts";

export const CHINA_CASES: readonly Case[] = [
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
];
