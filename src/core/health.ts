// Health of one credential: bars with the evidence that ends them. Pure arithmetic.
// Lengths and counters: fidelity spec §9, gateway spec §5. What may move a bar: DESIGN, "Never broken".
import type { Failure, FailureKind } from "./failure/failure.ts";
import { FAILURE_LANE } from "./failure/failure.ts";
import type { ProviderId } from "./ids.ts";
import type { UsageEvent } from "./usage-health.ts";
import { afterReading, usageAfterSuccess } from "./usage-health.ts";
import type { UsageReading } from "./usage-window.ts";
import { scopeCovers } from "./usage-window.ts";

/** `*` bars the whole profile; `*part*` models with that in their id; anything else is a model id. */
export type BarScope = string;
export const WHOLE_PROFILE: BarScope = "*";

export interface Bar {
  readonly scope: BarScope;
  readonly lane: "cooldown" | "disabled";
  readonly reason: FailureKind;
  /** ms since epoch; attempts that started earlier are no evidence against the bar */
  readonly since: number;
  /** ms since epoch */
  readonly until: number;
  /** Nobody told us `until`: it is a back-off of ours. Who has nothing else left may test it earlier. */
  readonly guessed?: true;
  /** The usage window that is used up: readings of it set and end this bar. */
  readonly window?: string;
}

/** Health of one generation of one profile. A new generation starts from `HEALTHY`. */
export interface Health {
  readonly bars: readonly Bar[];
  /** Failures since the last success, inside the failure window. */
  readonly errorCount: number;
  readonly failureCounts: Readonly<Partial<Record<FailureKind, number>>>;
  /** ms since epoch */
  readonly lastFailureAt?: number;
  /** ms since epoch of the last success */
  readonly lastUsed?: number;
  /** What is left of its plan, as last read. */
  readonly usage?: UsageReading;
}

export const HEALTHY: Health = { bars: [], errorCount: 0, failureCounts: {} };

/** What happened to a profile. `startedAt`, `at`: ms since epoch. */
export type HealthEvent =
  | { readonly kind: "success"; readonly model: string; readonly startedAt: number; readonly at: number }
  | {
      readonly kind: "failure";
      readonly model: string;
      readonly failure: HealthFailure;
      /** absent where only the failure itself was seen */
      readonly startedAt?: number;
      readonly at: number;
    }
  | UsageEvent
  | { readonly kind: "retry"; readonly at: number };

/** The part of a failure that health keeps: no message, no upstream text. */
export type HealthFailure = Pick<Failure, "kind" | "scope" | "retryAt">;

/** `auth.cooldowns` of openclaw.json, in ms. */
export interface CooldownPolicy {
  readonly billingBackoffMs: number;
  /** by provider, where it is another */
  readonly billingBackoffsMs?: Readonly<Record<ProviderId, number>>;
  readonly billingMaxMs: number;
  readonly authPermanentBackoffMs: number;
  readonly authPermanentMaxMs: number;
  /** Without a failure for this long, counting starts again. */
  readonly failureWindowMs: number;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

export const DEFAULT_COOLDOWNS: CooldownPolicy = {
  billingBackoffMs: 5 * HOUR,
  billingMaxMs: 24 * HOUR,
  authPermanentBackoffMs: 10 * MINUTE,
  authPermanentMaxMs: 60 * MINUTE,
  failureWindowMs: 24 * HOUR,
};

/** The policy as it is for credentials of `provider`. */
export function cooldownsFor(provider: ProviderId, policy: CooldownPolicy): CooldownPolicy {
  const { billingBackoffsMs: own } = policy;
  return own && Object.hasOwn(own, provider) ? { ...policy, billingBackoffMs: own[provider]! } : policy;
}

/** Length of a cooldown by the number of failures since the last success: first, second, further. */
const COOLDOWN_STEPS_MS = [30_000, 60_000, 300_000] as const;

/**
 * How soon after the last failure a guess may be tested by a call that has nothing else left, ms: one call in so long
 * costs a provider nothing, and a longer wait would keep people from a credential that answers again.
 */
const EARLY_TEST_MS: Partial<Record<FailureKind, number>> = {
  rate_limit: 30_000,
  overloaded: 30_000,
  timeout: 30_000,
  billing: 5 * MINUTE,
};

const MOST_BARS = 64;

/** Clocks of machines that share a store may differ by this much; a bar set later than that is of another clock. */
const CLOCKS_DIFFER_MS = 5 * MINUTE;

/** How far ahead a provider's own reset time is believed. Weekly windows are the longest there are. */
const LONGEST_BELIEVED_MS: Partial<Record<FailureKind, number>> = {
  rate_limit: 8 * 24 * HOUR,
  billing: 8 * 24 * HOUR,
  overloaded: 15 * MINUTE,
  server_error: 15 * MINUTE,
  timeout: 15 * MINUTE,
};

/**
 * Health after an event. Pure; `health` is not changed.
 *
 * A failure never shortens a bar, and while a bar runs our own back-off does not move it; a reset time
 * given by the provider may extend it. Attempts that were under way when a bar was set and fail as well are
 * the same evidence: they count once. A success removes the bars that it disproves: those of its model and
 * of the whole profile that were set before the successful attempt started. A bar whose time is over stays
 * until then, on trial, or until a failure replaces it.
 *
 * @param policy see `cooldownsFor`
 */
export function settle(
  health: Health,
  event: HealthEvent,
  policy: CooldownPolicy = DEFAULT_COOLDOWNS,
): Health {
  switch (event.kind) {
    case "success":
      return afterSuccess(health, event);
    case "failure":
      return afterFailure(health, event, policy);
    case "usage":
      return afterReading(health, event);
    case "retry":
      return { ...health, bars: [], errorCount: 0, failureCounts: {} };
  }
}

function afterSuccess(health: Health, event: HealthEvent & { kind: "success" }): Health {
  const disproved = (bar: Bar) =>
    covers(bar, event.model) && (bar.since <= event.startedAt || isOfAnotherClock(bar, event.at));
  return {
    ...health,
    bars: health.bars.filter((bar) => !disproved(bar)),
    errorCount: 0,
    failureCounts: {},
    lastUsed: Math.max(health.lastUsed ?? 0, event.at),
    ...(health.usage && { usage: usageAfterSuccess(health.usage, event) }),
  };
}

function afterFailure(
  health: Health,
  event: HealthEvent & { kind: "failure" },
  policy: CooldownPolicy,
): Health {
  const { failure, at } = event;
  const lane = FAILURE_LANE[failure.kind];
  if (lane === "none") return afterRefusedRequest(health, event);
  const recent = at - quietSince(health) < policy.failureWindowMs;
  const reason = recordedReason(failure.kind);
  const scope = barScope(failure, event.model);
  const running = health.bars.find(
    (bar) => bar.scope === scope && bar.lane === lane && !bar.window && isRunning(bar, at),
  );
  const known = running?.reason === reason && (event.startedAt ?? Infinity) <= running.since;
  const counts = recent ? health.failureCounts : {};
  const errorCount = (recent ? health.errorCount : 0) + (known ? 0 : 1);
  const failureCounts = { ...counts, [reason]: (counts[reason] ?? 0) + (known ? 0 : 1) };

  const told = believed(failure, at);
  const own = at + backoff(failure.kind, errorCount, failureCounts[reason]!, policy);
  const until = running ? Math.max(running.until, told ?? 0) : (told ?? own);
  const guessed = told === undefined && (running?.guessed ?? !running);
  const named = { scope, lane, reason: running?.reason ?? reason };
  const bar: Bar = { ...named, since: at, until, ...(guessed && { guessed }) };
  const others = health.bars
    .filter((other) => other !== running && (isRunning(other, at) || other.scope !== scope))
    .toSorted((a, b) => weight(a, at) - weight(b, at));
  const lastFailureAt = Math.max(health.lastFailureAt ?? 0, at);
  // Clients can ask for any number of models; the newest bars are the ones worth keeping.
  const bars = [...others, bar].slice(-MOST_BARS);
  return { ...health, bars, errorCount, failureCounts, lastFailureAt };
}

/** Running bars outlast those on trial, bars of the profile those of models. */
const weight = (bar: Bar, now: number): number =>
  2 * Number(isRunning(bar, now)) + Number(bar.scope === WHOLE_PROFILE);

/** The provider judged the request, so it took the credential: what was on trial is over. Counters stay. */
function afterRefusedRequest(health: Health, event: HealthEvent & { kind: "failure" }): Health {
  const { model, at, startedAt = -Infinity } = event;
  const isOver = (bar: Bar) => covers(bar, model) && !isRunning(bar, at, bar.since <= startedAt);
  return health.bars.some(isOver) ? { ...health, bars: health.bars.filter((bar) => !isOver(bar)) } : health;
}

/** When a failure could last have been seen: under a bar nothing is tried, so that time does not count. */
const quietSince = (health: Health): number =>
  Math.max(health.lastFailureAt ?? -Infinity, ...health.bars.map((bar) => bar.until));

/** The provider's reset time, kept within bounds; `undefined` when it gave none or one in the past. */
function believed(failure: HealthFailure, at: number): number | undefined {
  const longest = LONGEST_BELIEVED_MS[failure.kind];
  if (failure.retryAt === undefined || longest === undefined || !(failure.retryAt > at)) return undefined;
  return Math.min(failure.retryAt, at + longest);
}

function backoff(kind: FailureKind, errors: number, ofKind: number, policy: CooldownPolicy): number {
  const doubling = (first: number, most: number) => Math.min(most, first * 2 ** Math.min(ofKind - 1, 30));
  if (kind === "billing") return doubling(policy.billingBackoffMs, policy.billingMaxMs);
  if (kind === "auth_permanent") return doubling(policy.authPermanentBackoffMs, policy.authPermanentMaxMs);
  return COOLDOWN_STEPS_MS[Math.min(errors, COOLDOWN_STEPS_MS.length) - 1]!;
}

/**
 * What a failure bars. Faults of the line or the server bar the model only, since a sibling often answers;
 * a busy provider bars the profile, as OpenClaw records it.
 */
function barScope(failure: HealthFailure, model: string): BarScope {
  switch (failure.kind) {
    case "timeout":
    case "server_error":
    case "model_not_found":
      return model;
    case "rate_limit":
      return failure.scope === "model" ? model : WHOLE_PROFILE;
    default:
      return WHOLE_PROFILE;
  }
}

/** OpenClaw's rows know no `server_error`: it is filed under timeout. */
const recordedReason = (kind: FailureKind): FailureKind => (kind === "server_error" ? "timeout" : kind);

const covers = (bar: Bar, model: string): boolean => scopeCovers(bar.scope, model);

/** Set in what is now the future: the clock went back, and its end would be off by as much. */
const isOfAnotherClock = (bar: Bar, now: number): boolean => bar.since > now + CLOCKS_DIFFER_MS;

/** When the bar lets a test through, ms since epoch. @param lastResort for a call that has nothing else left */
export const endOf = (bar: Bar, lastResort: boolean): number =>
  lastResort && bar.guessed
    ? Math.min(bar.until, bar.since + (EARLY_TEST_MS[bar.reason] ?? Infinity))
    : bar.until;

/** Whether the bar keeps calls off at `now`. @param lastResort as for `endOf` */
export const isRunning = (bar: Bar, now: number, lastResort = false): boolean =>
  endOf(bar, lastResort) > now && !isOfAnotherClock(bar, now);

/** The bar that keeps `model` off this profile the longest at `now`, if any does. */
export function barredBy(health: Health, model: string, now: number, lastResort = false): Bar | undefined {
  let longest: Bar | undefined;
  for (const bar of health.bars) {
    if (!covers(bar, model) || !isRunning(bar, now, lastResort)) continue;
    if (!longest || endOf(bar, lastResort) > endOf(longest, lastResort)) longest = bar;
  }
  return longest;
}

/**
 * The widest bar of `model` whose time is over and that no answer has disproved: the next call is the test.
 * Only meant for a profile that nothing bars.
 */
export function onTrial(health: Health, model: string, now: number, lastResort = false): Bar | undefined {
  let widest: Bar | undefined;
  for (const bar of health.bars) {
    if (!covers(bar, model) || isRunning(bar, now, lastResort)) continue;
    if (!widest || breadth(bar) > breadth(widest)) widest = bar;
  }
  return widest;
}

/** The whole profile, a family of models, one model. */
const breadth = ({ scope }: Bar): number => (scope === WHOLE_PROFILE ? 2 : scope.startsWith("*") ? 1 : 0);
