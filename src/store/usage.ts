// One entry of OpenClaw's `usageStats`, and how our health looks in it (fidelity spec §1.1, §9).
// It has room for one cooldown and one disabled window; `access_health` keeps all bars.
import type { FailureKind } from "../core/failure/failure.ts";
import { FAILURE_LANE } from "../core/failure/failure.ts";
import type { Bar, Health } from "../core/health.ts";
import { isRunning, WHOLE_PROFILE } from "../core/health.ts";
import type { JsonObject } from "../core/json.ts";
import { isObject } from "../core/json.ts";

export interface Window {
  readonly until: number;
  readonly reason: FailureKind;
  readonly scope: string;
}

/** An entry with everything removed that cannot be meant. Times: ms since epoch. */
export interface Usage {
  readonly lastUsed?: number;
  readonly lastFailureAt?: number;
  readonly errorCount: number;
  readonly failureCounts: Readonly<Partial<Record<FailureKind, number>>>;
  readonly cooldown?: Window;
  readonly disabled?: Window;
}

/** Latest time a JavaScript Date can hold. */
const LATEST_TIME = 8_640_000_000_000_000;

/** An entry as found, garbage left out; `undefined` when there is none. Pure. */
export function parseUsage(entry: unknown): Usage | undefined {
  if (!isObject(entry)) return undefined;
  const { lastUsed, lastFailureAt, errorCount, failureCounts } = entry;
  const model = entry["cooldownModel"];
  const cooldownScope = typeof model === "string" && model !== "" ? model : WHOLE_PROFILE;
  const cooldown = windowOf(entry["cooldownUntil"], entry["cooldownReason"], cooldownScope);
  const disabled = windowOf(entry["disabledUntil"], entry["disabledReason"], WHOLE_PROFILE);
  return {
    ...(isTime(lastUsed) && { lastUsed }),
    ...(isTime(lastFailureAt) && { lastFailureAt }),
    errorCount: isCount(errorCount) ? errorCount : 0,
    failureCounts: Object.fromEntries(
      Object.entries(isObject(failureCounts) ? failureCounts : {}).filter(
        ([kind, count]) => isFailureKind(kind) && isCount(count) && count > 0,
      ),
    ),
    ...(cooldown && { cooldown }),
    ...(disabled && { disabled }),
  };
}

function windowOf(until: unknown, reason: unknown, scope: string): Window | undefined {
  if (!isTime(until)) return undefined;
  return { until, reason: isFailureKind(reason) ? reason : "unknown", scope };
}

const isTime = (value: unknown): value is number =>
  typeof value === "number" && value > 0 && value <= LATEST_TIME;
const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
const isFailureKind = (value: unknown): value is FailureKind =>
  typeof value === "string" && Object.hasOwn(FAILURE_LANE, value);

/**
 * The entry that shows `health` at `now`; `null` when nothing is left to show. Keys of the entry that we
 * do not know stay. Pure.
 */
export function projectUsage(entry: unknown, health: Health, now: number): JsonObject | null {
  const { errorCount, failureCounts, lastFailureAt, lastUsed } = health;
  const cooldown = shownBar(health, "cooldown", now);
  const disabled = shownBar(health, "disabled", now);
  const shown = {
    ...unknownKeys(entry),
    ...(lastUsed !== undefined && { lastUsed }),
    ...(cooldown && { cooldownUntil: cooldown.until, cooldownReason: cooldown.reason }),
    ...(cooldown && cooldown.scope !== WHOLE_PROFILE && { cooldownModel: cooldown.scope }),
    ...(disabled && { disabledUntil: disabled.until, disabledReason: disabled.reason }),
    ...(Object.keys(failureCounts).length > 0 && { failureCounts }),
    ...(lastFailureAt !== undefined && { lastFailureAt }),
  };
  return Object.keys(shown).length === 0 && errorCount === 0 ? null : { ...shown, errorCount };
}

/** The bar that the entry has room for: one of the whole profile if there is one, else the one ending last. */
function shownBar(health: Health, lane: Bar["lane"], now: number): Bar | undefined {
  const running = health.bars.filter((bar) => bar.lane === lane && isRunning(bar, now));
  const whole = running.filter((bar) => bar.scope === WHOLE_PROFILE);
  return (whole.length > 0 ? whole : running).toSorted((a, b) => b.until - a.until)[0];
}

const KNOWN_KEYS: ReadonlySet<string> = new Set([
  "lastUsed",
  "lastFailureAt",
  "errorCount",
  "failureCounts",
  "cooldownUntil",
  "cooldownReason",
  "cooldownModel",
  "disabledUntil",
  "disabledReason",
]);

function unknownKeys(entry: unknown): JsonObject {
  if (!isObject(entry)) return {};
  return Object.fromEntries(Object.entries(entry).filter(([key]) => !KNOWN_KEYS.has(key)));
}
