export const API = "google-generative-ai";
/** What the documentation names for calls that another model made. */
export const UNSIGNED_CALL = "skip_thought_signature_validator";
