// The shape of a case, and the answers that many cases share.
import type { FailureKind, FailureScope, UpstreamAnswer } from "../failure.ts";

export type Case = readonly [
  name: string,
  provider: string,
  answer: Partial<UpstreamAnswer>,
  /** kind, scope, rotateKey, seconds until the reset */
  expected: readonly [FailureKind, FailureScope, boolean, number | undefined],
];

export const error = (message: string, rest: object = {}) => ({ error: { message, ...rest } });
export const http = (status: number, body: unknown, headers: Record<string, string> = {}) => ({
  status,
  body,
  headers,
});
export const sse = (body: unknown) => ({ transport: "sse", status: 200, body }) as const;
export const text = (body: string) => ({ transport: "text", body }) as const;
export const claude = (type: string, message: string) => ({ type: "error", error: { type, message } });
