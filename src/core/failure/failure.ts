// What a failed attempt means. `classify` makes these; health, failover and the gateway read them.
// Classes and consequences: OpenClaw docs, "Model failover"; fidelity spec §9.

export type FailureKind =
  | "rate_limit"
  | "overloaded"
  | "timeout"
  | "server_error"
  | "auth"
  | "auth_permanent"
  | "billing"
  | "model_not_found"
  | "context_overflow"
  | "format"
  | "unknown";

/** How far the fault reaches: this payload, this model on this credential, the credential, everybody. */
export type FailureScope = "request" | "model" | "account" | "provider";

export interface Failure {
  readonly kind: FailureKind;
  readonly scope: FailureScope;
  /** ms since epoch: when the provider says that it will answer again, if it says so */
  readonly retryAt?: number;
  /** Whether the next key of a key list may be tried (rate limits, and quota-worded billing). */
  readonly rotateKey: boolean;
  /** Upstream's HTTP status, when there was one. */
  readonly status?: number;
  /** One line for people and receipts: upstream's words, bounded, control characters removed. */
  readonly message: string;
  /** `x-should-retry: false`: do not send the same to the same credential again. */
  readonly noRetry?: boolean;
}

/** One upstream answer (or its absence), as classification reads it. */
export interface UpstreamAnswer {
  /**
   * `http` an answer with a status; `sse` an error event inside a 200 stream; `network` no answer at all;
   * `text` only words are left (a child process, a library).
   */
  readonly transport: "http" | "sse" | "network" | "text";
  readonly status?: number;
  /** lower-case names */
  readonly headers: Readonly<Record<string, string>>;
  /** decoded JSON where the body was JSON, else its text */
  readonly body: unknown;
}

/** Where the failed profile goes: a short bar, a long one, or none. */
export const FAILURE_LANE = {
  rate_limit: "cooldown",
  overloaded: "cooldown",
  timeout: "cooldown",
  server_error: "cooldown",
  auth: "cooldown",
  model_not_found: "cooldown",
  auth_permanent: "disabled",
  billing: "disabled",
  context_overflow: "none",
  format: "none",
  unknown: "none",
} as const satisfies Record<FailureKind, "cooldown" | "disabled" | "none">;

/** Faults that pass by themselves within seconds: worth a second try when nothing else is free. */
export const isTransient = (kind: FailureKind): boolean =>
  kind === "rate_limit" || kind === "overloaded" || kind === "timeout" || kind === "server_error";
