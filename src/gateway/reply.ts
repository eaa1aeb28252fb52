// Answers that the gateway gives by itself.
import type { ServerResponse } from "node:http";
import { AccessError } from "../core/errors.ts";
import type { Wire } from "../wire/wire.ts";
import type { TimedRefusal } from "./calls/refusals.ts";
import { Refused } from "./refused.ts";
import { STATUS_OF_CODE } from "./errors.ts";

/** What a browser may do with an answer of the gateway's own making: nothing beyond reading it. */
export const OWN_ANSWER: readonly string[] = [
  "x-content-type-options",
  "nosniff",
  "referrer-policy",
  "no-referrer",
  "permissions-policy",
  "camera=(), microphone=(), geolocation=()",
];

export function replyJson(
  response: ServerResponse,
  status: number,
  value: unknown,
  headers: readonly string[] = [],
): void {
  const body = Buffer.from(JSON.stringify(value));
  const own = ["content-type", "application/json; charset=utf-8", "content-length", String(body.length)];
  response.writeHead(status, [...own, ...OWN_ANSWER, ...headers]).end(body);
}

/** An error as the paths tell it that speak no model protocol. */
export const replyNotOk = (response: ServerResponse, status: number, type: string, message: string): void =>
  replyJson(response, status, { ok: false, error: { type, message } });

/** A page that was made elsewhere. */
export function replyPage(response: ServerResponse, { status, type, text }: Page): void {
  const body = Buffer.from(text);
  const own = ["content-type", type, "content-length", String(body.length), "cache-control", "no-store"];
  response.writeHead(status, [...own, ...OWN_ANSWER]).end(body);
}

export interface Page {
  readonly status: number;
  readonly type: string;
  readonly text: string;
}

/** An error in the client's protocol. */
export function replyRefusal(
  response: ServerResponse,
  wire: Wire,
  refusal: TimedRefusal,
  headers: readonly string[] = [],
): void {
  const timing =
    refusal.retryAfterSeconds === undefined ? [] : ["retry-after", String(refusal.retryAfterSeconds)];
  const final = refusal.final ? ["x-should-retry", "false"] : [];
  replyJson(response, refusal.status, wire.errorBody(refusal), [...timing, ...final, ...headers]);
}

/** Anything thrown before there was a plan. What is not an `AccessError` is ours, and its text stays here. */
export function refusalOf(error: unknown): TimedRefusal {
  if (error instanceof Refused) return error.refusal;
  if (!(error instanceof AccessError)) {
    return { status: 500, type: "api_error", message: "The gateway failed inside; its log has the details." };
  }
  // A model named by header is looked up, not validated: unknown is 404 there (gateway spec §2).
  const [status, type] =
    error.code === "unknown_model" ? [404, "invalid_request_error"] : STATUS_OF_CODE[error.code];
  return { status, type, message: error.message };
}
