// What stops the work: one error type with a code from one closed list (STYLE.md, "Errors").

/** Every reason a command or request can be refused before or without an upstream answer. */
export type ErrorCode =
  | "bad_input" // a flag, id, ref, duration or body that cannot be used
  | "unknown_agent"
  | "unknown_provider"
  | "unknown_model"
  | "unknown_profile"
  | "unknown_run"
  | "config_invalid" // openclaw.json or access.json cannot be used
  | "config_conflict" // somebody else keeps changing the file
  | "store_unreadable" // a database that exists but cannot be read
  | "store_unwritable"
  | "store_sealed" // secrets that cannot be read or written without a key, which is not there
  | "upstream_failed" // a provider that did not give what a command needs
  | "no_terminal" // an interactive command without a terminal
  | "cancelled" // the person left a question
  | "port_taken"
  | "gateway_running"
  | "unauthorized"
  | "too_large"
  | "internal";

/**
 * Stops the work. The message is one or two sentences: what is wrong, where, and what to do next.
 * It never holds a secret.
 */
export class AccessError extends Error {
  override readonly name = "AccessError";
  readonly code: ErrorCode;
  constructor(code: ErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}

/** The message of anything thrown, for a sentence that wraps it. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** What a validator throws, in words; for those who ask a person and tell what was wrong with the answer. */
export function faultIn(validate: () => unknown): string | undefined {
  try {
    validate();
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}
