// How OpenAI says no: status, headers and bodies as its API sends them.
import type { Refusal, Visit } from "./accounts.ts";
import { failureFrames } from "./openai.ts";

const error = (type: string, code: string | null, message: string, param: string | null = null) => ({
  error: { message, type, param, code },
});

export function rateLimited(model: string, limit: number, waitMs: number): Refusal {
  const seconds = Math.max(1, Math.ceil(waitMs / 1000));
  return {
    status: 429,
    headers: {
      "retry-after": `${seconds}`,
      "retry-after-ms": `${Math.ceil(waitMs)}`,
      "x-ratelimit-limit-requests": `${limit}`,
      "x-ratelimit-remaining-requests": "0",
      "x-ratelimit-reset-requests": `${seconds}s`,
    },
    body: error(
      "requests",
      "rate_limit_exceeded",
      `Rate limit reached for ${model} in organization org-sandbox on requests per min (RPM): ` +
        `Limit ${limit}, Used ${limit}, Requested 1. Please try again in ${seconds}s.`,
    ),
  };
}

export const overloaded = (): Refusal => ({
  status: 503,
  body: error(
    "service_unavailable_error",
    "server_is_overloaded",
    "The model is currently overloaded with other requests.",
  ),
});

export const revoked = (): Refusal => ({
  status: 401,
  body: error(
    "invalid_request_error",
    "account_deactivated",
    "The OpenAI account associated with this API key has been deactivated.",
  ),
});

const BROKEN = "The server had an error while processing your request. Sorry about that!";

/** A stream is opened with 200 before the fault is known. */
export const broken = ({ model, streamed, nth, now }: Visit): Refusal =>
  streamed
    ? {
        status: 200,
        frames: failureFrames({ id: `sandbox-failed-${nth}`, model, createdAt: now }, "server_error", BROKEN),
      }
    : { status: 500, body: error("server_error", null, BROKEN) };

export const wrongKey = (): Refusal => ({
  status: 401,
  body: error(
    "invalid_request_error",
    "invalid_api_key",
    "Incorrect API key provided. The sandbox knows its own accounts only.",
  ),
});

export const badRequest = (message: string): Refusal => ({
  status: 400,
  body: error("invalid_request_error", null, message),
});

export const unknownPath = (path: string): Refusal => ({
  status: 404,
  body: error("invalid_request_error", "unknown_url", `Unknown request URL: ${path}.`),
});

export const unknownModel = (model: string): Refusal => ({
  status: 404,
  body: error(
    "invalid_request_error",
    "model_not_found",
    `The model \`${model}\` does not exist or you do not have access to it.`,
  ),
});
