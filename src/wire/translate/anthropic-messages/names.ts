export const API = "anthropic-messages";
/** Thinking that the provider encrypted whole: a block of its own kind. */
export const REDACTED = "anthropic-messages-redacted";
