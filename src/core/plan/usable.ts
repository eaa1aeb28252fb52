// Whether a candidate may be tried just now, and whether trying it is a test.
import { eligibility } from "../credential.ts";
import type { BarScope } from "../health.ts";
import { barredBy, onTrial } from "../health.ts";
import type { ModelRef } from "../model-ref.ts";
import type { Candidate } from "./candidate.ts";

export const usable = (candidate: Candidate, ref: ModelRef, now: number, lastResort = false): boolean =>
  candidate.steady ||
  (!barredBy(candidate.health, ref.model, now, lastResort) && eligibility(candidate.profile, now) === "ok");

/**
 * After a bar has ended one call tests the profile, and the others go elsewhere or wait for its outcome
 * ("half-open"). What a call with this candidate would put to the test; `undefined` when it is no test.
 */
export const testScope = (
  { steady, health }: Candidate,
  ref: ModelRef,
  now: number,
  lastResort = false,
): BarScope | undefined => (steady ? undefined : onTrial(health, ref.model, now, lastResort)?.scope);

/** Whether another call tests right now what this one would use. */
export function isTested(candidate: Candidate, ref: ModelRef, now: number, lastResort = false): boolean {
  const { testing } = candidate.load;
  if (testing.length === 0) return false;
  const scope = testScope(candidate, ref, now, lastResort);
  return scope !== undefined && testing.includes(scope);
}
