// No herd: a profile that was just added, or is just back from a bar, is the idlest and the longest unused of all, and
// would get every call at once. So it takes a few, then twice as many, and so on. Pure.
import type { Load } from "./candidate.ts";

/** Calls in flight at first. */
const FIRST_CALLS = 4;
const DOUBLES_EVERY_MS = 2000;
const RAMP_MS = 20_000;

/** Stands for the start of the next call. */
export const RAMPS_NEXT = -1;

/** How many calls in flight such a profile may have while others are free. */
export function rampAllows(rampFrom: number, now: number): number {
  const age = now - rampFrom;
  if (age < 0 || age >= RAMP_MS) return Infinity;
  return FIRST_CALLS * 2 ** Math.floor(age / DOUBLES_EVERY_MS);
}

/** Whether one more call is more than it should get now. */
export const isRampedOut = ({ rampFrom, inFlight }: Load, now: number): boolean =>
  rampFrom !== undefined && rampFrom > 0 && inFlight >= rampAllows(rampFrom, now);
