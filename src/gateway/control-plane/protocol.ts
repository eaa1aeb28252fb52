// The frames of the control plane, protocol 4 (gateway spec §4; OpenClaw docs, "Gateway protocol").
import * as v from "valibot";

export const PROTOCOL = 4;
/** Clients that only look whether somebody is there may speak this one. */
export const MIN_PROBE_PROTOCOL = 3;

/** What `hello-ok` tells clients to keep to. */
export const POLICY = {
  maxPayload: 26_214_400,
  maxBufferedBytes: 52_428_800,
  tickIntervalMs: 30_000,
} as const;

/** All that a connection may send before it has proven who it is. */
export const MOST_BYTES_BEFORE_HELLO = 65_536;
export const HANDSHAKE_WITHIN_MS = 15_000;

/** Numbers of RFC 6455, and one of those that are free for use. */
export const CLOSE = {
  normal: 1000,
  protocol: 1002,
  notText: 1003,
  policy: 1008,
  tooBig: 1009,
  fault: 1011,
  restart: 1012,
  tryLater: 1013,
} as const;

export const requestFrame = v.strictObject({
  type: v.literal("req"),
  id: v.pipe(v.string(), v.minLength(1), v.maxLength(200)),
  method: v.pipe(v.string(), v.minLength(1), v.maxLength(200)),
  params: v.optional(v.unknown()),
});

export type RequestFrame = v.InferOutput<typeof requestFrame>;

export interface ErrorShape {
  readonly code: "INVALID_REQUEST" | "UNAVAILABLE" | "NOT_PAIRED";
  readonly message: string;
  readonly details?: Readonly<Record<string, unknown>>;
  readonly retryable?: boolean;
  readonly retryAfterMs?: number;
}

/** The id of an answer to what has none. */
export const NO_ID = "invalid";

export const invalid = (message: string, details?: ErrorShape["details"]): ErrorShape => ({
  code: "INVALID_REQUEST",
  message,
  ...(details ? { details } : {}),
});

const MOST_FAULTS = 4;

/** Each fault with its place, in one line: `at /client/id: …; at root: unexpected property 'x'`. */
export function faultsOf(issues: readonly v.BaseIssue<unknown>[]): string {
  const told = issues.slice(0, MOST_FAULTS).map(faultOf);
  return [...told, ...(issues.length > MOST_FAULTS ? ["and more"] : [])].join("; ");
}

const WORDS: Readonly<Record<string, string>> = {
  strict_object: "must be object",
  record: "must be object",
  string: "must be string",
  number: "must be number",
  boolean: "must be boolean",
  array: "must be array",
  literal: "must be equal to constant",
  picklist: "must be equal to one of the allowed values",
};

function faultOf({ path, kind, type, expected, received, message }: v.BaseIssue<unknown>): string {
  const keys = (path ?? []).map(({ key }) => String(key).slice(0, 100));
  const above = keys.slice(0, -1);
  if (type === "strict_object" && expected !== "Object" && keys.length > 0)
    return received === "undefined"
      ? `${above.length === 0 ? "" : at(above)}must have required property '${keys.at(-1)}'`
      : `${at(above)}unexpected property '${keys.at(-1)}'`;
  const words = (kind === "schema" ? WORDS[type] : undefined) ?? message.slice(0, 200);
  return `${keys.length === 0 ? "" : at(keys)}${words}`;
}

const at = (keys: readonly string[]): string => (keys.length === 0 ? "at root: " : `at /${keys.join("/")}: `);
