// Exit codes. A new error code does not compile until it has one here (STYLE, "Errors").
import type { AccessError, ErrorCode } from "../core/errors.ts";

export const EXIT_OK = 0;
/** Wrong flags, arguments and command names, and everything in `EXIT_CODES` (fidelity spec §2.4, §4). */
export const EXIT_FAILURE = 1;
/** What a shell gives a program that Ctrl-C ended. */
const EXIT_CANCELLED = 130;
/** What it gives one that was told to end. */
const EXIT_TERMINATED = 143;

export const EXIT_CODES = {
  bad_input: EXIT_FAILURE,
  unknown_agent: EXIT_FAILURE,
  unknown_provider: EXIT_FAILURE,
  unknown_model: EXIT_FAILURE,
  unknown_profile: EXIT_FAILURE,
  unknown_run: EXIT_FAILURE,
  config_invalid: EXIT_FAILURE,
  config_conflict: EXIT_FAILURE,
  store_unreadable: EXIT_FAILURE,
  store_unwritable: EXIT_FAILURE,
  store_sealed: EXIT_FAILURE,
  upstream_failed: EXIT_FAILURE,
  no_terminal: EXIT_FAILURE,
  cancelled: EXIT_CANCELLED,
  port_taken: EXIT_FAILURE,
  gateway_running: EXIT_FAILURE,
  unauthorized: EXIT_FAILURE,
  too_large: EXIT_FAILURE,
  internal: EXIT_FAILURE,
} as const satisfies Record<ErrorCode, number>;

/** A cancelled command has the signal as its cause, when one came. */
export const exitCodeOf = ({ code, cause }: AccessError): number =>
  code === "cancelled" && cause === "SIGTERM" ? EXIT_TERMINATED : EXIT_CODES[code];
