// When the provider says that it will answer again. Header order: retryHeaders of the error samples; forms:
// RFC 9110 `Retry-After`, the vendors' rate-limit headers, body fields, and sentences.
import type { Evidence } from "./evidence.ts";
import type { RuleTable } from "./rule.ts";
import { nextMidnight } from "./zoned-time.ts";
import { durationMs, resetInText } from "./reset-text.ts";

const DAY = 24 * 3_600_000;
/** Times further off than this are garbage: no window is longer than a year. */
const FURTHEST_AHEAD = 400 * DAY;
const FURTHEST_BACK = DAY;

/** ms since epoch, or `undefined` when the answer names no usable time. */
export function resetTime(seen: Evidence, vendor: RuleTable | undefined, now: number): number | undefined {
  if (vendor?.neverResets?.test(seen.text)) return undefined;
  for (const { text, zone } of vendor?.midnights ?? []) {
    if (text.test(seen.text)) return nextMidnight(now, zone);
  }
  const sources = [fromRetryAfter, fromLimitHeaders, fromWindowHeaders, fromFields];
  for (const source of sources) {
    const at = plausible(source(seen, now), now);
    if (at !== undefined) return at;
  }
  return plausible(resetInText(seen.messages, vendor?.zone ?? "UTC", now), now);
}

const plausible = (at: number | undefined, now: number): number | undefined =>
  at !== undefined && at >= now - FURTHEST_BACK && at <= now + FURTHEST_AHEAD ? Math.round(at) : undefined;

function fromRetryAfter({ headers }: Evidence, now: number): number | undefined {
  const ms = number(headers["retry-after-ms"]);
  if (ms !== undefined && ms >= 0) return now + ms;
  return moment(headers["retry-after"], now);
}

/** `x-ratelimit-reset-requests` and its like; the spent limits decide, the last of them. */
function fromLimitHeaders({ headers }: Evidence, now: number): number | undefined {
  const spent: number[] = [];
  const others: number[] = [];
  for (const name in headers) {
    if (name.startsWith("anthropic-") || !/ratelimit[\w-]*-reset/.test(name)) continue;
    const at = moment(headers[name], now);
    if (at === undefined) continue;
    const left = number(headers[name.replace("-reset", "-remaining")]);
    (left !== undefined && left <= 0 ? spent : others).push(at);
  }
  if (spent.length > 0) return Math.max(...spent);
  return others.length > 0 ? Math.min(...others) : undefined;
}

const ANTHROPIC_KINDS = ["requests", "input-tokens", "output-tokens", "tokens"] as const;
const CODEX_WINDOWS = ["primary", "secondary"] as const;

/** Windows of a subscription: Anthropic's unified and per-kind ones, Codex's primary and secondary. */
function fromWindowHeaders({ headers }: Evidence, now: number): number | undefined {
  const unified = moment(headers["anthropic-ratelimit-unified-reset"], now);
  if (unified !== undefined) return unified;
  const anthropic = ANTHROPIC_KINDS.map((kind) => `anthropic-ratelimit-${kind}`).map((name) => ({
    spent: number(headers[`${name}-remaining`]) === 0,
    at: moment(headers[`${name}-reset`], now),
  }));
  const codex = CODEX_WINDOWS.map((window) => `x-codex-${window}`).map((name) => ({
    spent: (number(headers[`${name}-used-percent`]) ?? 0) >= 100,
    at: moment(headers[`${name}-reset-at`], now) ?? moment(headers[`${name}-reset-after-seconds`], now),
  }));
  return latest(
    [...anthropic, ...codex].filter((window) => window.spent),
    [...anthropic, ...codex],
  );
}

function latest(...choices: readonly { readonly at: number | undefined }[][]): number | undefined {
  for (const choice of choices) {
    const times = choice.flatMap(({ at }) => (at === undefined ? [] : [at]));
    if (times.length > 0) return Math.max(...times);
  }
  return undefined;
}

function fromFields({ times }: Evidence, now: number): number | undefined {
  for (const [name, value] of times) {
    const at = /(?:_|-)?(?:ms|millis\w*)$/.test(name) ? later(number(value), now) : moment(value, now);
    if (plausible(at, now) !== undefined) return at;
  }
  return undefined;
}

const later = (ms: number | undefined, now: number): number | undefined =>
  ms === undefined || ms < 0 ? undefined : ms > 1e12 ? ms : now + ms;

/** A value of any form: epoch in ms or s, seconds from now, duration text, HTTP date, ISO date. */
function moment(value: string | number | undefined, now: number): number | undefined {
  if (value === undefined) return undefined;
  const plain = number(value);
  if (plain !== undefined) {
    if (plain < 0) return undefined;
    if (plain >= 1e12) return plain;
    return plain >= 1e9 ? plain * 1000 : now + plain * 1000;
  }
  const text = String(value).trim();
  const duration = durationMs(text);
  if (duration !== undefined) return now + duration;
  if (text.length > 64 || !/^(?:\d{4}-\d\d-\d\d|[A-Z][a-z]{2},? )/.test(text)) return undefined;
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : date;
}

function number(value: string | number | undefined): number | undefined {
  if (typeof value === "number") return Number.isFinite(value) ? value : undefined;
  return typeof value === "string" && /^\s*-?\d+(?:\.\d+)?\s*$/.test(value) ? Number(value) : undefined;
}
