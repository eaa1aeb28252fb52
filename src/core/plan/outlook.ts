// What the usage windows of a profile foretell: whether it will soon refuse, and what of its plan is lost soonest.
// Worked out once for each reading, since every call asks. Pure.
import type { UsageReading, UsageWindow } from "../usage-window.ts";
import { scopeCovers, usedPercent } from "../usage-window.ts";

/** One window as the comparator reads it. */
export interface Foreseen {
  readonly scope: string;
  /** ms since epoch; 0 while it is not nearly used up */
  readonly refusesUntil: number;
  /** ms since epoch; 0 when it is not told */
  readonly resetsAt: number;
}

const NOTHING: readonly Foreseen[] = [];

/** From here on a call or two may be the last: others go first. What is used up has a bar. */
const NEARLY_USED_PERCENT = 95;
/** For a window that does not say when it resets: until the next reading. */
const NO_RESET_MS = 10 * 60_000;
/** Resets that are told to the second, or as seconds from now, are no reason to prefer one of two. */
const SAME_RESET_MS = 60_000;

export function outlookOf(usage: UsageReading | undefined): readonly Foreseen[] {
  if (!usage || usage.windows.length === 0) return NOTHING;
  return usage.windows.map((window) => ({
    scope: window.scope,
    refusesUntil: isNearlyUsed(window) ? (window.resetsAt ?? window.readAt + NO_RESET_MS) : 0,
    resetsAt: window.resetsAt ?? 0,
  }));
}

/** Calls that went through a full window show that it refuses nobody. */
const isNearlyUsed = (window: UsageWindow): boolean =>
  usedPercent(window) >= NEARLY_USED_PERCENT && !(window.exhausted === false && window.used >= window.limit);

/** Whether calls of `model` will probably be refused soon. */
export function willRefuse(outlook: readonly Foreseen[], model: string, now: number): boolean {
  for (const { scope, refusesUntil } of outlook)
    if (refusesUntil > now && scopeCovers(scope, model)) return true;
  return false;
}

/** When something of the plan is lost next, in whole minutes; Infinity when nothing is known to be. */
export function soonestReset(outlook: readonly Foreseen[], model: string, now: number): number {
  let soonest = Infinity;
  for (const { scope, resetsAt } of outlook)
    if (resetsAt > now && resetsAt < soonest && scopeCovers(scope, model)) soonest = resetsAt;
  return soonest === Infinity ? soonest : Math.floor(soonest / SAME_RESET_MS);
}
