export const API = "bedrock-converse-stream";
/** Reasoning that the provider encrypted whole: a block of its own kind. */
export const REDACTED = "bedrock-converse-stream-redacted";
