// What a client key has used, against its limits: a sliding minute, and calendar days and months in UTC. Pure
// but for the counters themselves, which are changed in place: they are on the way of every call.
import type { KeyLimits } from "./client-key.ts";

const SECOND = 1000;
const SLOTS = 60;

/** The sum of the last sixty seconds, by whole seconds. */
export class MinuteSum {
  readonly #slots = new Float64Array(SLOTS);
  /** whole seconds since epoch of the newest slot */
  #newest = 0;
  #sum = 0;

  add(amount: number, now: number): void {
    this.#advance(now);
    this.#slots[this.#newest % SLOTS]! += amount;
    this.#sum += amount;
  }

  sum(now: number): number {
    this.#advance(now);
    return this.#sum;
  }

  /** When the sum will be below `most`, if nothing is added; ms since epoch. */
  fallsBelow(most: number, now: number): number {
    this.#advance(now);
    let left = this.#sum;
    for (let second = this.#newest - SLOTS + 1; second <= this.#newest; second++) {
      if (left < most) return Math.max(now, (second + SLOTS - 1) * SECOND);
      left -= this.#slots[second % SLOTS]!;
    }
    return (this.#newest + SLOTS) * SECOND;
  }

  /** A clock that is set back stands still for us. */
  #advance(now: number): void {
    const second = Math.max(this.#newest, Math.floor(now / SECOND));
    if (second - this.#newest >= SLOTS) {
      this.#slots.fill(0);
      this.#sum = 0;
    } else {
      for (let each = this.#newest + 1; each <= second; each++) {
        this.#sum -= this.#slots[each % SLOTS]!;
        this.#slots[each % SLOTS] = 0;
      }
    }
    this.#newest = second;
  }
}

/** Amounts of one day, one month, or all time. */
export interface KeyUse {
  readonly requests: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** billionths of a US dollar: small calls add up exactly */
  readonly nanoDollars: number;
  /** calls of models whose price is not known: they count no money */
  readonly unpriced: number;
}

export const NO_USE: KeyUse = { requests: 0, inputTokens: 0, outputTokens: 0, nanoDollars: 0, unpriced: 0 };

export const addUse = (a: KeyUse, b: KeyUse): KeyUse => ({
  requests: a.requests + b.requests,
  inputTokens: a.inputTokens + b.inputTokens,
  outputTokens: a.outputTokens + b.outputTokens,
  nanoDollars: a.nanoDollars + b.nanoDollars,
  unpriced: a.unpriced + b.unpriced,
});

export const negative = (use: KeyUse): KeyUse => ({
  requests: -use.requests,
  inputTokens: -use.inputTokens,
  outputTokens: -use.outputTokens,
  nanoDollars: -use.nanoDollars,
  unpriced: -use.unpriced,
});

export const tokensOf = ({ inputTokens, outputTokens }: KeyUse): number => inputTokens + outputTokens;

export const NANO = 1e9;

/** `2026-11-21`, by UTC. */
export const dayOf = (now: number): string => new Date(now).toISOString().slice(0, 10);
/** `2026-11`, by UTC. */
export const monthOf = (now: number): string => new Date(now).toISOString().slice(0, 7);

const DAY = 24 * 3600 * SECOND;
export const dayEnds = (now: number): number => (Math.floor(now / DAY) + 1) * DAY;
export function monthEnds(now: number): number {
  const date = new Date(now);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1);
}

/** A limit that is reached. */
export interface LimitHit {
  readonly kind: "rate" | "budget";
  /** as in a sentence: `60 requests per minute` */
  readonly limit: string;
  /** ms since epoch */
  readonly until: number;
}

/** What counts against the limits just now. */
export interface Counted {
  readonly requests: MinuteSum;
  readonly tokens: MinuteSum;
  /** what calls under way are thought to use */
  readonly reserved: KeyUse;
  readonly day: KeyUse;
  readonly month: KeyUse;
}

/** The limit that keeps another call away, the one that lasts longest; `undefined` when the call may go. */
export function limitHit(limits: KeyLimits, used: Counted, now: number): LimitHit | undefined {
  return budgetHit(limits, used, now) ?? rateHit(limits, used, now);
}

function budgetHit(limits: KeyLimits, used: Counted, now: number): LimitHit | undefined {
  const { tokensPerDay, tokensPerMonth, dollarsPerDay, dollarsPerMonth } = limits;
  const { day, month, reserved } = used;
  const monthly = spent(month, dollarsPerMonth, tokensPerMonth);
  if (monthly) return { kind: "budget", limit: `${monthly} per month`, until: monthEnds(now) };
  const daily = spent(day, dollarsPerDay, tokensPerDay);
  if (daily) return { kind: "budget", limit: `${daily} per day`, until: dayEnds(now) };
  const nearly =
    told(spent(addUse(month, reserved), dollarsPerMonth, tokensPerMonth), "month") ??
    told(spent(addUse(day, reserved), dollarsPerDay, tokensPerDay), "day");
  return nearly === undefined ? undefined : underWay(nearly, now);
}

const told = (limit: string | undefined, period: string): string | undefined =>
  limit && `${limit} per ${period}`;

/** Calls under way may end any moment, and with less than is thought. */
const underWay = (limit: string, now: number): LimitHit => ({
  kind: "rate",
  limit: `${limit}, with the calls under way`,
  until: now + SECOND,
});

function spent(use: KeyUse, dollars = Infinity, tokens = Infinity): string | undefined {
  if (use.nanoDollars >= dollars * NANO) return `$${dollars}`;
  return tokensOf(use) >= tokens ? `${tokens} tokens` : undefined;
}

function rateHit(limits: KeyLimits, used: Counted, now: number): LimitHit | undefined {
  const { requestsPerMinute, tokensPerMinute } = limits;
  const { requests, tokens, reserved } = used;
  if (tokensPerMinute !== undefined && tokens.sum(now) + tokensOf(reserved) >= tokensPerMinute) {
    const limit = `${tokensPerMinute} tokens per minute`;
    if (tokens.sum(now) < tokensPerMinute) return underWay(limit, now);
    return { kind: "rate", limit, until: tokens.fallsBelow(tokensPerMinute, now) };
  }
  if (requestsPerMinute !== undefined && requests.sum(now) >= requestsPerMinute)
    return {
      kind: "rate",
      limit: `${requestsPerMinute} requests per minute`,
      until: requests.fallsBelow(requestsPerMinute, now),
    };
  return undefined;
}

/** Few calls say little of the next one. */
const TELLING_REQUESTS = 5;
const UNKNOWN_OUTPUT_TOKENS = 500;

/** Output that a call may be expected to have: what those before it had. */
export const usualOutputTokens = ({ requests, outputTokens }: KeyUse): number =>
  requests < TELLING_REQUESTS ? UNKNOWN_OUTPUT_TOKENS : Math.ceil(outputTokens / requests);

/** About how many tokens text of so many bytes has, where nobody counted. */
export const tokensOfText = (bytes: number): number => Math.ceil(bytes / 4);
/** The same for a stream, in which each few letters come in a frame of their own. */
export const tokensOfStream = (bytes: number): number => Math.ceil(bytes / 150);
