// What a run asks of the plan, and how far it has come.
import type { Crossing } from "../funding.ts";
import type { ProfileId } from "../ids.ts";
import type { ModelRef } from "../model-ref.ts";
import { formatModelRef } from "../model-ref.ts";
import type { Candidate } from "./candidate.ts";

export interface PlanRequest {
  /** The model asked for, then its fallbacks. */
  readonly models: readonly ModelRef[];
  /** A person's explicit choice for the first model: only this profile serves it. */
  readonly pin?: ProfileId | undefined;
  /** The profile that served this session last: preferred, never required. */
  readonly sticky?: ProfileId | undefined;
  /** Whether the call may move from flat classes to a metered one; it may when absent. */
  readonly crossing?: Crossing | undefined;
  /** Who has waited long enough for the outcome of another's test: profiles under test count as free. */
  readonly joinsTests?: boolean;
}

export interface Attempt {
  readonly ref: ModelRef;
  readonly candidate: Candidate;
}

/**
 * How far a run has walked through its plan. It is the run's own record: `core` reads it here and changes
 * it in `failover.ts` through new values only.
 */
export interface Walk {
  /** `provider/model profileId` of every attempt made */
  readonly tried: ReadonlySet<string>;
  /** Models whose rotation budget is spent: their remaining profiles come after the last fallback. */
  readonly postponed: ReadonlySet<string>;
  /** Models that are over: their remaining profiles would fail the same way. */
  readonly closed: ReadonlySet<string>;
  /** Models whose environment keys are over. */
  readonly keysClosed: ReadonlySet<string>;
}

const NOTHING: ReadonlySet<string> = new Set();
export const START: Walk = { tried: NOTHING, postponed: NOTHING, closed: NOTHING, keysClosed: NOTHING };

export const attemptKey = (attempt: Attempt): string =>
  `${formatModelRef(attempt.ref)} ${attempt.candidate.profile.id}`;
