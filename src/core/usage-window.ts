// Usage windows: what a plan allows until a moment, and how much of it is gone. Values of providers are made
// believable here, once; everything after trusts them. Pure.
// Display: OpenClaw docs, "Usage tracking" (`X% left`).

/** One window as a provider tells it: any number, text or nonsense in its fields. */
export interface FoundWindow {
  readonly label: string;
  readonly used: number;
  /** 100 when left out: `used` is percent */
  readonly limit?: number;
  /** of `used` and `limit`: `percent`, `requests`, a currency */
  readonly unit?: string;
  /** ms since epoch */
  readonly resetsAt?: number | undefined;
  /** see `UsageWindow` */
  readonly scope?: string;
  readonly exhausted?: boolean;
}

export interface UsageWindow {
  readonly label: string;
  readonly used: number;
  /** above zero */
  readonly limit: number;
  readonly unit: string;
  /** ms since epoch; `null` when it is not told, or not believable */
  readonly resetsAt: number | null;
  /** What it counts: `*` all calls of the profile, a model id, or `*part*` for models with that in their id. */
  readonly scope: string;
  readonly source: UsageSource;
  /** ms since epoch */
  readonly readAt: number;
  /** The provider's own word, or what calls have shown; it goes before the numbers. */
  readonly exhausted?: boolean;
}

/** A question of ours, or the headers of an ordinary answer. */
export type UsageSource = "endpoint" | "headers";

/** Money or credits that are there; no window, for nothing resets. */
export interface Balance {
  readonly label: string;
  readonly amount: number;
  readonly unit: string;
}

export const balanceWords = ({ label, amount, unit }: Balance): string =>
  `${label} ${Math.round(amount * 100) / 100} ${unit}`.trim();

export interface FoundUsage {
  readonly windows: readonly FoundWindow[];
  readonly plan?: string | undefined;
  readonly balances?: readonly Balance[];
}

/** What was learnt of one credential's plan. */
export interface UsageReading {
  readonly windows: readonly UsageWindow[];
  readonly source: UsageSource;
  /** ms since epoch */
  readonly readAt: number;
  readonly plan?: string;
  readonly balances?: readonly Balance[];
}

const DAY = 24 * 60 * 60_000;
/** Windows of a month are the longest there are. */
const LONGEST_WINDOW_MS = 62 * DAY;
const MOST_WINDOWS = 16;
const MOST_BALANCES = 4;
const LONGEST_LABEL = 40;
/** Somewhat above the limit happens; many times the limit is a mistake of somebody. */
const BELIEVED_OVERSHOOT = 10;

/** What a provider told, with everything that cannot be meant taken out. */
export function readingOf(found: FoundUsage, source: UsageSource, readAt: number): UsageReading {
  const windows = found.windows.slice(0, MOST_WINDOWS).map((window) => windowOf(window, source, readAt));
  const balances = (found.balances ?? []).filter(({ amount }) => Number.isFinite(amount));
  const plan = found.plan === undefined ? "" : cleanText(found.plan);
  return {
    windows,
    source,
    readAt,
    ...(plan === "" ? {} : { plan }),
    ...(balances.length === 0 ? {} : { balances: balances.slice(0, MOST_BALANCES).map(cleanBalance) }),
  };
}

function windowOf(found: FoundWindow, source: UsageSource, readAt: number): UsageWindow {
  const { label, used, limit = 100, unit = "percent", resetsAt, scope = "*", exhausted } = found;
  const counted = Number.isFinite(limit) && limit > 0;
  return {
    label: cleanText(label) || "Limit",
    used: counted && Number.isFinite(used) ? Math.max(0, used) : 0,
    limit: counted ? limit : 100,
    unit: counted ? cleanText(unit) : "percent",
    resetsAt: isBelievable(resetsAt, readAt) ? resetsAt : null,
    scope: cleanText(scope) || "*",
    source,
    readAt,
    ...(exhausted === undefined ? {} : { exhausted }),
  };
}

const isBelievable = (resetsAt: number | undefined, readAt: number): resetsAt is number =>
  resetsAt !== undefined && resetsAt > readAt && resetsAt - readAt <= LONGEST_WINDOW_MS;

const cleanBalance = ({ label, amount, unit }: Balance): Balance => ({
  label: cleanText(label),
  amount,
  unit: cleanText(unit),
});

/** Without what would colour it or steer the screen. */
// oxlint-disable-next-line no-control-regex
const ESCAPES = /\u001B\[[\d;?]*[A-Za-z]?/g;

/** Nearly all texts are; headers bring some with every call. */
const PLAIN = /^[\u0021-\u007E](?:[\u0020-\u007E]{0,38}[\u0021-\u007E])?$/;

const cleanText = (text: string): string => (PLAIN.test(text) ? text : cleaned(text));

const cleaned = (text: string): string =>
  text
    .slice(0, 4 * LONGEST_LABEL)
    .replaceAll(ESCAPES, "")
    .replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, "")
    .trim()
    .slice(0, LONGEST_LABEL);

/** 0 to 100. */
export const usedPercent = ({ used, limit }: Pick<UsageWindow, "used" | "limit">): number =>
  Math.min(100, Math.max(0, (used * 100) / limit));

/** 0 to 100, as it is shown: whole, and 0 only when nothing is left. */
export function leftPercent(window: Pick<UsageWindow, "used" | "limit">): number {
  const left = 100 - usedPercent(window);
  return left > 0 ? Math.max(1, Math.round(left)) : 0;
}

/** The window ended after it was read: what it said holds no more. */
export const isOver = ({ resetsAt }: Pick<UsageWindow, "resetsAt">, now: number): boolean =>
  resetsAt !== null && resetsAt <= now;

/** Whether it refuses calls. What the provider says itself, or what calls have shown, goes before the numbers. */
export function isExhausted(window: UsageWindow, now: number): boolean {
  if (isOver(window, now)) return false;
  const { used, limit, exhausted } = window;
  return exhausted ?? (used >= limit && used <= limit * BELIEVED_OVERSHOOT);
}

/**
 * The window that stops calls first, first: exhausted ones by how long they last, then by what is gone. Windows
 * that are over come last. Input is not changed.
 */
export function bindingFirst(windows: readonly UsageWindow[], now: number): UsageWindow[] {
  return windows.toSorted(
    (a, b) =>
      Number(isOver(a, now)) - Number(isOver(b, now)) ||
      Number(isExhausted(b, now)) - Number(isExhausted(a, now)) ||
      (isExhausted(a, now) ? endOf(b) - endOf(a) : 0) ||
      usedPercent(b) - usedPercent(a) ||
      Number(b.scope === "*") - Number(a.scope === "*"),
  );
}

const endOf = ({ resetsAt }: UsageWindow): number => resetsAt ?? 0;

/** Whether a bar or window of this scope is about calls of `model`. */
export const scopeCovers = (scope: string, model: string): boolean =>
  scope === "*" ||
  scope === model ||
  (scope.length > 2 && scope.startsWith("*") && scope.endsWith("*") && model.includes(scope.slice(1, -1)));

/** What bars are called after models of this scope: its name without the stars. */
export const scopeName = (scope: string): string => scope.replaceAll("*", "");
