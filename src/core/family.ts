// A token family: one login through all its refreshes, whatever profiles and agents hold a copy of it. What is
// known of it decides whether its refresh token may be spent. Pure.
// Rules: DESIGN, "Never broken" 3 and 4, "State" (token families, journal); RFC 9700 §4.14.2.
import type { OAuthCredential } from "./credential.ts";
import type { Tokens } from "./refresh.ts";
import { dueWithin, endOfTokens } from "./refresh.ts";

/** A clock that nobody sets: ms since this machine started, and which start that was. */
export interface MachineTime {
  readonly boot: string;
  readonly ms: number;
}

/** The newest tokens of a family. */
export interface TokenSet {
  readonly access: string;
  readonly refresh: string;
  /** ms since epoch, by the clock of the process that got them */
  readonly expires: number;
  readonly lifetimeMs: number;
  readonly issued: MachineTime;
}

/** A refresh token is about to be sent. Still there under a lease of ours: the answer never arrived. */
export interface Intent {
  readonly owner: string;
  /** ms since epoch */
  readonly at: number;
  /** how often this token was sent without an answer, this time included */
  readonly tries: number;
}

/** The login server refused the refresh token of this generation for good. */
export interface Refusal {
  readonly generation: string;
  /** of the standard or the provider */
  readonly code: string;
  /** ms since epoch */
  readonly at: number;
}

export interface Family {
  /** fingerprint of the first of its tokens that was seen; its lease is named after it */
  readonly id: string;
  /** Of the token that was asked about: a newer one was given for it. It must never be sent again. */
  readonly spent: boolean;
  readonly newest?: TokenSet;
  readonly intent?: Intent;
  readonly refused?: Refusal;
}

/** `null` removes; what is not named stays. With `newest` of another refresh token, the one asked about is spent. */
export interface FamilyChange {
  readonly newest?: TokenSet | null;
  readonly intent?: Intent | null;
  readonly refused?: Refusal | null;
}

/** The family after a change, as whoever asks about its newest token sees it. */
export function changedFamily(family: Family, change: FamilyChange): Family {
  const { newest, intent, refused, ...rest } = { ...family, ...change };
  return {
    ...rest,
    spent: family.spent && !change.newest,
    ...(newest && { newest }),
    ...(intent && { intent }),
    ...(refused && { refused }),
  };
}

/** A login as its store shows it. */
export interface HeldLogin {
  readonly credential: OAuthCredential;
  readonly generation: string;
}

/** What to do with a login that somebody wants refreshed. */
export type FamilyStep =
  /** Newer tokens are known, or these are good still: nothing is sent. */
  { readonly do: "adopt" } | { readonly do: "spend" } | { readonly do: "login"; readonly code: string };

export function stepFor(
  { credential, generation }: HeldLogin,
  { spent, newest, refused }: Family,
  now: number,
  machine: MachineTime,
): FamilyStep {
  if (spent) return newest ? { do: "adopt" } : { do: "login", code: "its refresh token was used before" };
  if (refused?.generation === generation) return { do: "login", code: refused.code };
  const theSame = newest?.refresh === credential.refresh;
  if (!newest || !theSame) return { do: "spend" };
  if (newest.access !== credential.access)
    return { do: newest.expires > Number(credential.expires ?? 0) ? "adopt" : "spend" };
  return { do: seemsOldAlone(newest, now, machine) ? "adopt" : "spend" };
}

/** Old by the clock on the wall, and not by the one that nobody sets: a clock was moved. */
function seemsOldAlone(newest: TokenSet, now: number, machine: MachineTime): boolean {
  const left = leftOf(newest, machine);
  const window = dueWithin(newest.lifetimeMs, 1);
  return left !== undefined && left > window && newest.expires - now <= window;
}

/** ms that tokens have left; `undefined` when that clock cannot tell. */
export function leftOf({ issued, lifetimeMs }: TokenSet, machine: MachineTime): number | undefined {
  const age = machine.ms - issued.ms;
  return issued.boot === machine.boot && age >= 0 ? lifetimeMs - age : undefined;
}

/** Clocks that differ by less are one clock. */
const SAME_CLOCK_MS = 60_000;

/** When tokens end by the reader's own clock, ms since epoch. */
export function expiryHere(newest: TokenSet, now: number, machine: MachineTime): number {
  const left = leftOf(newest, machine);
  if (left === undefined || Math.abs(now + left - newest.expires) < SAME_CLOCK_MS) return newest.expires;
  return now + left;
}

export const intending = (family: Family, owner: string, at: number): FamilyChange => ({
  intent: { owner, at, tries: (family.intent?.tries ?? 0) + 1 },
});

/** What an answer brought; an answer that comes late, after another one for the same token, changes nothing. */
export function keeping(family: Family, newest: TokenSet): FamilyChange | undefined {
  return family.spent ? undefined : { newest, intent: null, refused: null };
}

/** @param machine when they were asked for */
export function tokenSet(tokens: Tokens, spent: string, now: number, machine: MachineTime): TokenSet {
  const expires = endOfTokens(tokens.expiresIn, now);
  const { access, refresh = spent } = tokens;
  return { access, refresh, expires, lifetimeMs: expires - now, issued: machine };
}

/** A login with the newest tokens of its family; who it belongs to stays. */
export const withTokens = (
  old: OAuthCredential,
  { access, refresh, expires }: Pick<TokenSet, "access" | "refresh" | "expires">,
): OAuthCredential => ({ ...old, access, refresh, expires });
