// What follows an attempt. The walk never loses a candidate: budgets only postpone (DESIGN, "Reach").
// Advance rules: OpenClaw docs, "Model failover"; fidelity spec §9; conformance README, decided differences.
import type { Failure } from "./failure/failure.ts";
import { isTransient } from "./failure/failure.ts";
import { formatModelRef } from "./model-ref.ts";
import type { Attempt, Walk } from "./plan/walk.ts";
import { isEnvironmentKey } from "./plan/candidate.ts";
import { attemptKey } from "./plan/walk.ts";

/** `auth.cooldowns` of openclaw.json, as far as it is about the way through the plan. */
export interface RotationBudget {
  // `*ProfileRotations`: profiles tried after the first before a fallback model goes first.
  readonly rateLimited: number;
  readonly overloaded: number;
  /** A provider that is overloaded is given so long before its next profile is asked. */
  readonly overloadedBackoffMs: number;
}
export const DEFAULT_ROTATIONS: RotationBudget = { rateLimited: 1, overloaded: 1, overloadedBackoffMs: 0 };

export type Step =
  /** Go on with the plan; `walk` says what is behind us. */
  | { readonly do: "next"; readonly walk: Walk }
  /** The request itself is at fault: another credential would say the same. */
  | { readonly do: "stop" };

/**
 * What to do after `attempt` failed with `failure`. Pure.
 *
 * @param failures of this model so far in this run, this one included
 */
export function decide(
  attempt: Attempt,
  failure: Failure,
  walk: Walk,
  failures: readonly Failure[],
  budget: RotationBudget = DEFAULT_ROTATIONS,
): Step {
  if (failure.kind === "context_overflow") return { do: "stop" };
  const model = formatModelRef(attempt.ref);
  const tried = plus(walk.tried, attemptKey(attempt));
  if (failure.kind === "format")
    return { do: "next", walk: { ...walk, tried, closed: plus(walk.closed, model) } };
  const keysOver = isEnvironmentKey(attempt.candidate) && !failure.rotateKey;
  const keysClosed = keysOver ? plus(walk.keysClosed, model) : walk.keysClosed;
  const postponed = spent(failures, budget) ? plus(walk.postponed, model) : walk.postponed;
  return { do: "next", walk: { ...walk, tried, keysClosed, postponed } };
}

const spent = (failures: readonly Failure[], budget: RotationBudget): boolean =>
  failures.filter((failure) => failure.kind === "rate_limit").length > budget.rateLimited ||
  failures.filter((failure) => failure.kind === "overloaded").length > budget.overloaded;

const plus = (set: ReadonlySet<string>, value: string): ReadonlySet<string> => new Set(set).add(value);

/** Pauses before the same credential is asked again: two more tries, when no other is free. */
const AGAIN_AFTER_MS = [500, 1000] as const;

/** Nobody comes back before the time that the provider names, and few at it. */
const MOST_SPREAD_MS = 500;

/**
 * How long to pause before asking the same credential again; `undefined` when that is no use. A reset
 * time given by the provider is kept when it is near enough.
 *
 * @param again how often this credential was asked again already in this run
 * @param patienceMs what is left of the time that may be waited for it
 * @param chance 0 to 1, by which calls that failed together come apart again
 */
export function pauseBeforeSame(
  failure: Failure,
  again: number,
  patienceMs: number,
  now: number,
  chance = 0,
): number | undefined {
  const step = AGAIN_AFTER_MS[again];
  if (step === undefined || failure.noRetry || !isTransient(failure.kind)) return undefined;
  if (failure.retryAt === undefined && failure.kind === "rate_limit") return undefined;
  const least = failure.retryAt === undefined ? step : Math.max(0, failure.retryAt - now);
  if (least >= patienceMs) return undefined;
  return Math.min(least + chance * Math.min(least / 2, MOST_SPREAD_MS), patienceMs);
}
