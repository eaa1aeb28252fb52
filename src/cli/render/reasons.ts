// Reason codes in words, with what helps. Codes: requirements 002, "Probe detail/reason-code cases".
import type { FailureKind } from "../../core/failure/failure.ts";
import { CROSSING_WORDS } from "../../core/funding.ts";
import type { LeftOutCode } from "../../core/plan/explain.ts";

const BAR_REASONS: Readonly<Record<FailureKind, string>> = {
  rate_limit: "rate limited",
  overloaded: "provider overloaded",
  timeout: "did not answer in time",
  server_error: "provider error",
  auth: "credential refused",
  auth_permanent: "account refused",
  billing: "out of credit",
  model_not_found: "model not found",
  context_overflow: "request too long",
  format: "request refused",
  unknown: "failed",
};

/** A reason in words; what is not in the table is shown as it is. */
export const barReason = (reason: string): string => BAR_REASONS[reason as FailureKind] ?? reason;

/** The same of a bar that a usage window may have set. */
export const windowReason = (reason: string, window: string | undefined): string =>
  window === undefined ? barReason(reason) : `${window} window used up`;

export const LEFT_OUT: Readonly<Record<LeftOutCode, { readonly words: string; readonly help: string }>> = {
  missing_credential: {
    words: "nothing stored in it",
    help: "Store it again with models auth paste-api-key.",
  },
  invalid_expires: {
    words: "its expiry is not a time",
    help: "Store it again with models auth paste-token.",
  },
  expired: { words: "expired", help: "Store a new one with models auth paste-token, or log in again." },
  unresolved_ref: {
    words: "refers to a secret that cannot be had",
    help: "models status says which, openclaw secrets audit --allow-exec why; a sealed store needs its key.",
  },
  login_needed: { words: "its login has ended", help: "Log in again." },
  ineligible_profile: {
    words: "does not fit auth.profiles in openclaw.json",
    help: "Correct its mode in openclaw.json.",
  },
  excluded_by_auth_order: {
    words: "not in the order of its provider",
    help: "See models auth order get, and auth.order in openclaw.json.",
  },
  cooldown: { words: "cooling down", help: "" },
  disabled: { words: "disabled", help: "" },
  testing: { words: "another call was testing it after its bar", help: "" },
  crossing_never: {
    words: CROSSING_WORDS.crossing_never,
    help: "Set crossing in access.json to let calls move to it.",
  },
  crossing_budget: {
    words: CROSSING_WORDS.crossing_budget,
    help: "Raise crossing.maxPerDay in access.json.",
  },
  not_pinned: { words: "another profile was asked for", help: "" },
};
