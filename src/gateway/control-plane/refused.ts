// What a method or a handshake was refused for, in the words of the protocol. The tables of the other doors are
// cli/exit.ts and gateway/errors.ts; a new code does not compile until all know it.
import type { ErrorCode } from "../../core/errors.ts";
import { AccessError } from "../../core/errors.ts";
import type { ErrorShape } from "./protocol.ts";

/** Thrown by whoever knows more of the error than its code. */
export class Refused extends Error {
  readonly shape: ErrorShape;
  constructor(shape: ErrorShape) {
    super(shape.message);
    this.shape = shape;
  }
}

const CODES = {
  bad_input: "INVALID_REQUEST",
  unknown_agent: "INVALID_REQUEST",
  unknown_provider: "INVALID_REQUEST",
  unknown_model: "INVALID_REQUEST",
  unknown_profile: "INVALID_REQUEST",
  unknown_run: "INVALID_REQUEST",
  config_invalid: "INVALID_REQUEST",
  config_conflict: "UNAVAILABLE",
  store_unreadable: "UNAVAILABLE",
  store_unwritable: "UNAVAILABLE",
  store_sealed: "UNAVAILABLE",
  upstream_failed: "UNAVAILABLE",
  no_terminal: "INVALID_REQUEST",
  cancelled: "INVALID_REQUEST",
  port_taken: "UNAVAILABLE",
  gateway_running: "UNAVAILABLE",
  unauthorized: "INVALID_REQUEST",
  too_large: "INVALID_REQUEST",
  internal: "UNAVAILABLE",
} as const satisfies Record<ErrorCode, ErrorShape["code"]>;

/** What the client is told. `undefined`: nobody expected this; it goes to the log. */
export function shapeOf(error: unknown): ErrorShape | undefined {
  if (error instanceof Refused) return error.shape;
  if (!(error instanceof AccessError)) return undefined;
  const { code, message } = error;
  return { code: CODES[code], message, details: { code } };
}
