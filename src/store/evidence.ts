// What another program's change of a `usageStats` entry says about health (DESIGN, "State": the row is a
// projection; if it is not what we wrote last, its difference is evidence). Pure.
import type { Bar, Health } from "../core/health.ts";
import { settle, WHOLE_PROFILE } from "../core/health.ts";
import type { Usage, Window } from "./usage.ts";

/**
 * Health after another program turned `before` (what we wrote) into `after` (what stands there now).
 * Returns `health` itself when the entry says nothing new.
 *
 * - entry removed, or a running window taken out: cleared by hand, honoured
 * - later `lastUsed` without errors or windows: a success; it disproves bars of the whole profile only,
 *   since the entry does not say which model answered
 * - new or moved window: replaces the bar that the entry showed
 */
export function learn(
  health: Health,
  before: Usage | undefined,
  after: Usage | undefined,
  now: number,
): Health {
  if (after === undefined) return before === undefined ? health : settle(health, { kind: "retry", at: now });
  if (sameUsage(before, after)) return health;
  const seen = withTimes(health, after);
  if (isSuccess(before, after)) {
    const at = after.lastUsed!;
    return settle(seen, { kind: "success", model: WHOLE_PROFILE, startedAt: at, at });
  }
  const since = after.lastFailureAt ?? 0;
  const cooldown = laneAfter(seen.bars, "cooldown", before?.cooldown, after.cooldown, since, now);
  const bars = laneAfter(cooldown, "disabled", before?.disabled, after.disabled, since, now);
  return { ...seen, bars, errorCount: after.errorCount, failureCounts: after.failureCounts };
}

const sameUsage = (a: Usage | undefined, b: Usage): boolean => JSON.stringify(a) === JSON.stringify(b);

function isSuccess(before: Usage | undefined, after: Usage): boolean {
  const later = (after.lastUsed ?? 0) > (before?.lastUsed ?? 0);
  return later && after.errorCount === 0 && !after.cooldown && !after.disabled;
}

function withTimes(health: Health, after: Usage): Health {
  const lastUsed = Math.max(health.lastUsed ?? 0, after.lastUsed ?? 0);
  const lastFailureAt = Math.max(health.lastFailureAt ?? 0, after.lastFailureAt ?? 0);
  return { ...health, ...(lastUsed > 0 && { lastUsed }), ...(lastFailureAt > 0 && { lastFailureAt }) };
}

function laneAfter(
  bars: readonly Bar[],
  lane: Bar["lane"],
  before: Window | undefined,
  after: Window | undefined,
  since: number,
  now: number,
): readonly Bar[] {
  const same = before?.until === after?.until && before?.scope === after?.scope;
  if (same) return bars;
  if (after === undefined || after.until <= now) {
    const expired = before === undefined || before.until <= now;
    return expired ? bars : bars.filter((bar) => bar.lane !== lane);
  }
  const shown = (bar: Bar) => bar.lane === lane && bar.scope === before?.scope && bar.until === before.until;
  return [...bars.filter((bar) => !shown(bar)), { ...after, lane, since }];
}
