// What readings of usage windows do to health: they are kept with the generation that they were read for, and an
// exhausted window bars its scope until it resets. Evidence goes before numbers: a call that was answered, or a
// newer reading, ends such a bar. Pure.
import type { Bar, Health } from "./health.ts";
import type { UsageReading, UsageWindow } from "./usage-window.ts";
import { isExhausted, scopeCovers, usedPercent } from "./usage-window.ts";

export interface UsageEvent {
  readonly kind: "usage";
  readonly reading: UsageReading;
  /** ms since epoch: when it was asked for */
  readonly startedAt: number;
  readonly at: number;
}

const MINUTE = 60_000;
/** How far ahead a reset is believed at once; the next reading extends it. Weekly windows are the usual long ones. */
const LONGEST_BAR_MS = 8 * 24 * 60 * MINUTE;
/** For a window that does not say when it resets: until the next reading. */
const NO_RESET_BAR_MS = 10 * MINUTE;
/** Readings are never this late: a bar that much newer is of a clock that was set back since. */
const OTHER_CLOCK_MS = 60 * MINUTE;
const MOST_BARS = 64;
const MOST_KEPT = 24;
/** Two readings of one window may name slightly different resets: some are told as seconds from now. */
const SAME_RESET_MS = 2 * MINUTE;

export function afterReading(health: Health, { reading, startedAt, at }: UsageEvent): Health {
  const usage = merged(health.usage, reading);
  const told = new Map(usage.windows.map((window) => [window.label, window]));
  const current = reading.windows.map(({ label }) => told.get(label)!);
  const bars = [
    ...health.bars.filter((bar) => !isOutdated(bar, reading, startedAt)),
    ...current.filter((window) => isExhausted(window, at)).map((window) => barOf(window, at)),
  ];
  return { ...health, bars: bars.slice(-MOST_BARS), usage };
}

/** A bar that an earlier reading set, and that this one decides anew. */
const isOutdated = (bar: Bar, { source, windows, readAt }: UsageReading, startedAt: number): boolean =>
  bar.window !== undefined &&
  (bar.since <= startedAt || bar.since - readAt > OTHER_CLOCK_MS) &&
  (source === "endpoint" || windows.some(({ label }) => label === bar.window));

function barOf({ scope, label, resetsAt }: UsageWindow, at: number): Bar {
  const until = resetsAt === null ? at + NO_RESET_BAR_MS : Math.min(resetsAt, at + LONGEST_BAR_MS);
  return { scope, lane: "cooldown", reason: "rate_limit", since: at, until, window: label };
}

/** An endpoint tells all windows; headers some, and the others stay as they were read. */
function merged(before: UsageReading | undefined, reading: UsageReading): UsageReading {
  const windows = unique(reading.windows).map((window) => withEvidence(before, window));
  if (!before || reading.source === "endpoint") return { ...reading, windows };
  const labels = new Set(windows.map(({ label }) => label));
  const others = before.windows.filter(({ label }) => !labels.has(label));
  return { ...before, ...reading, windows: [...windows, ...others].slice(0, MOST_KEPT) };
}

/** Of two of one name the first. */
const unique = (windows: readonly UsageWindow[]): readonly UsageWindow[] =>
  windows.filter(({ label }, index) => windows.findIndex((other) => other.label === label) === index);

/** Calls were answered although this window was at its limit: so they will be until it resets. */
function withEvidence(before: UsageReading | undefined, window: UsageWindow): UsageWindow {
  const earlier = before?.windows.find(({ label }) => label === window.label);
  const shown =
    earlier?.exhausted === false &&
    earlier.used >= earlier.limit &&
    window.exhausted === undefined &&
    sameReset(earlier, window);
  return shown ? { ...window, exhausted: false } : window;
}

const sameReset = (a: UsageWindow, b: UsageWindow): boolean =>
  a.resetsAt === b.resetsAt || Math.abs((a.resetsAt ?? 0) - (b.resetsAt ?? 0)) <= SAME_RESET_MS;

/** What is believed of the windows after a call was answered. The same object when that changes nothing. */
export function usageAfterSuccess(
  usage: UsageReading,
  { model, startedAt }: { readonly model: string; readonly startedAt: number },
): UsageReading {
  const disproved = (window: UsageWindow) =>
    window.readAt <= startedAt && scopeCovers(window.scope, model) && isExhausted(window, startedAt);
  if (!usage.windows.some(disproved)) return usage;
  const windows = usage.windows.map((window) =>
    disproved(window) ? { ...window, exhausted: false } : window,
  );
  return { ...usage, windows };
}

/** Readings come with every answer: those that say what is known already are not worth a write. */
const KEPT_FRESH_MS = 15_000;
const SHOWN_FRESH_MS = MINUTE;

export function isNews(before: UsageReading | undefined, reading: UsageReading, at: number): boolean {
  if (!before) return reading.windows.length > 0;
  return reading.windows.some((window) => {
    const known = before.windows.find(({ label }) => label === window.label);
    if (!known || !sameReset(known, window)) return true;
    const surer = known.exhausted === undefined || window.exhausted !== undefined;
    if (surer && isExhausted(window, at) !== isExhausted(known, at)) return true;
    const age = window.readAt - known.readAt;
    return age >= SHOWN_FRESH_MS || (age >= KEPT_FRESH_MS && usedPercent(known) !== usedPercent(window));
  });
}
