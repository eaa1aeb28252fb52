// When a login is refreshed, and what a refresh answer makes of it. Pure.
// Rules: DESIGN, "Never broken" 3 and 4; RFC 6749 §5.1 and §6.
import type { AuthProfile } from "./credential.ts";
import type { Health } from "./health.ts";
import { HEALTHY } from "./health.ts";
import { numberIn } from "./json.ts";

/** This long before its end a token is refreshed while it still serves; a short-lived one in its last quarter. */
const WINDOW_MS = 5 * 60_000;
/** On top of it, by chance: the processes that share a login do not all come at the same moment. */
const JITTER_MS = 60_000;
/** A token that ends sooner than this is not sent any more: the call has to arrive first. */
const LEEWAY_MS = 10_000;
/** RFC 6749 lets an answer leave its lifetime out; most of these tokens live an hour. */
const USUAL_LIFETIME_MS = 60 * 60_000;
const LONGEST_LIFETIME_MS = 400 * 24 * 60 * 60_000;
/** A token that has this much more left than it ever had: a clock was moved. */
const TOO_MUCH_LEFT_MS = 60_000;

/** `fresh`: nothing to do; `due`: it serves, and should be refreshed; `spent`: it does not serve any more. */
export type Freshness = "fresh" | "due" | "spent";

/** @param chance 0 to 1, the same for one process */
export function freshnessOf(
  profile: Pick<AuthProfile, "type" | "expiresAt" | "lifetimeMs" | "refreshable">,
  hasAccess: boolean,
  now: number,
  chance: number,
): Freshness {
  const { type, expiresAt, lifetimeMs, refreshable } = profile;
  if (type !== "oauth" || !refreshable) return "fresh";
  if (!hasAccess) return "spent";
  if (expiresAt === undefined) return "fresh";
  const left = expiresAt - now;
  if (left <= Math.min(LEEWAY_MS, (lifetimeMs ?? Infinity) / 10)) return "spent";
  const impossible = lifetimeMs !== undefined && left > lifetimeMs + TOO_MUCH_LEFT_MS;
  return impossible || left <= dueWithin(lifetimeMs, chance) ? "due" : "fresh";
}

/** How long before its end a token is due, ms. */
export const dueWithin = (lifetimeMs: number | undefined, chance: number): number =>
  Math.min(WINDOW_MS + chance * JITTER_MS, (lifetimeMs ?? Infinity) * (0.25 + chance * 0.05));

/** When a login becomes due, ms since epoch; `undefined` when it never does. */
export function dueAt(
  { type, expiresAt, lifetimeMs, refreshable }: Parameters<typeof freshnessOf>[0],
  chance: number,
): number | undefined {
  if (type !== "oauth" || !refreshable || expiresAt === undefined) return undefined;
  return expiresAt - dueWithin(lifetimeMs, chance);
}

/** What a token endpoint gives. */
export interface Tokens {
  readonly access: string;
  /** absent: the old one stays good */
  readonly refresh?: string;
  /** who logged in, as OpenID Connect has it */
  readonly idToken?: string;
  /** as the answer has it, which may be anything */
  readonly expiresIn?: unknown;
}

/** Below, a number is seconds from now; from here on it is a moment: MiniMax gives either. */
const FIRST_MOMENT_S = 1e9;
const FIRST_MOMENT_MS = 1e12;

/** When tokens end, ms. A lifetime that cannot be is no reason to lose the tokens that came with it. */
export function endOfTokens(expiresIn: unknown, now: number): number {
  const given = numberIn(expiresIn);
  const ms = given < FIRST_MOMENT_S ? given * 1000 : momentMs(given) - now;
  return now + (ms > 0 && ms <= LONGEST_LIFETIME_MS ? Math.floor(ms) : USUAL_LIFETIME_MS);
}

const momentMs = (given: number): number => (given < FIRST_MOMENT_MS ? given * 1000 : given);

const OF_THE_ACCOUNT: ReadonlySet<string> = new Set(["rate_limit", "overloaded", "billing"]);

/** New tokens heal a refused login, but the account behind them has the quota it had. */
export function healthAfterRefresh(health: Health | undefined): Health | undefined {
  const bars = health?.bars.filter((bar) => OF_THE_ACCOUNT.has(bar.reason)) ?? [];
  if (!health) return undefined;
  if (bars.length === 0) return health.usage && { ...HEALTHY, usage: health.usage };
  return { ...HEALTHY, ...health, bars };
}
