// Logins that another program renewed: OpenClaw refreshes as well, and puts its answer into the row. The token that
// stood there before is spent from then on, wherever a copy of it turns up. Pure.
import type { OAuthCredential } from "../core/credential.ts";
import type { MachineTime, TokenSet } from "../core/family.ts";
import type { Written } from "./echo.ts";
import { REPLACED_KEPT } from "./echo.ts";
import { tokenOf } from "./families.ts";
import type { RefreshToken, StoredProfile } from "./store.ts";

/** A refresh token, and the login that came in its place. */
export interface Renewal {
  readonly spent: RefreshToken;
  readonly by: OAuthCredential;
}

/** `undefined` unless the row's login is a later one of the same account than the one we wrote or saw there. */
export function renewalOf(record: Written, theirs: StoredProfile | undefined): Renewal | undefined {
  const [old, by] = [record.credential, theirs?.credential];
  const [spent, given] = [tokenOf(old), tokenOf(by)];
  if (!spent || !given || old?.type !== "oauth" || by?.type !== "oauth") return undefined;
  if (given.provider !== spent.provider || given.refresh === spent.refresh) return undefined;
  const later = Number(by.expires ?? NaN) > Number(old.expires ?? NaN);
  return later && mayBeOneAccount(old, by) ? { spent, by } : undefined;
}

function mayBeOneAccount(old: OAuthCredential, by: OAuthCredential): boolean {
  const named = (["accountId", "email"] as const).filter((field) => hasText(old[field]));
  const told = named.filter((field) => hasText(by[field]));
  return told.every((field) => old[field] === by[field]) && (named.length === 0 || told.length > 0);
}

const hasText = (value: unknown): boolean => typeof value === "string" && value !== "";

/** The record of a login that another program put in the place of ours: ours is an echo from now on. */
export function takenOver(
  record: Written,
  { credential, generation }: Pick<StoredProfile, "credential" | "generation">,
  now: number,
): Written {
  const replaced = [...record.replaced, record.generation ?? ""].filter((old) => old !== generation);
  return {
    ...record,
    generation,
    credential,
    replaced: [...new Set(replaced)].slice(-REPLACED_KEPT),
    writtenAt: now,
  };
}

/** The record of a login that another program wrote and we never did: what it has is remembered. */
export const sighted = ({ credential, generation }: StoredProfile, now: number): Written => ({
  generation,
  credential,
  replaced: [],
  witnesses: [],
  kin: false,
  writtenAt: now,
});

/** Its tokens as a family keeps them. How long they had lived when they were seen is not known. */
export function tokensIn({ by, spent }: Renewal, now: number, machine: MachineTime): TokenSet {
  const { access = "", refresh = spent.refresh } = by;
  const expires = Number(by.expires);
  return { access, refresh, expires, lifetimeMs: Math.max(0, expires - now), issued: machine };
}
