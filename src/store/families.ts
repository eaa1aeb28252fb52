// What families say of the credentials in a row, and which profiles a new set of tokens reaches. Works on values.
import type { Credential, OAuthCredential } from "../core/credential.ts";
import type { Family, MachineTime, TokenSet } from "../core/family.ts";
import { expiryHere, withTokens } from "../core/family.ts";
import type { ProviderId } from "../core/ids.ts";
import { healthAfterRefresh } from "../core/refresh.ts";
import type { AgentState, Change, LoginFacts, RefreshToken, Slice, StoredProfile } from "./store.ts";

/** The refresh token of a credential, if it has one. */
export function tokenOf(credential: Credential | undefined): RefreshToken | undefined {
  if (credential?.type !== "oauth" || typeof credential.refresh !== "string") return undefined;
  const { provider, refresh } = credential;
  return refresh === "" ? undefined : { provider, refresh };
}

export const holdsToken = (credential: Credential, { provider, refresh }: RefreshToken): boolean =>
  credential.type === "oauth" && credential.provider === provider && credential.refresh === refresh;

/** Providers of which a change takes a login away. */
export function providersOfRemoved({ profiles }: Change, before: Slice): ProviderId[] {
  const removed = [...(profiles ?? [])].flatMap(([id, credential]) =>
    credential === null ? (tokenOf(before.profiles.get(id)?.credential)?.provider ?? []) : [],
  );
  return [...new Set(removed)];
}

/** A login whose refresh token was spent, with the newest tokens instead; `undefined` when it is as it should be. */
export function newestOf(credential: OAuthCredential, family: Family): OAuthCredential | undefined {
  return family.spent && family.newest ? withTokens(credential, family.newest) : undefined;
}

/** Every profile that holds the token gets the new ones. */
export function renewedProfiles(
  { profiles, health }: Pick<AgentState, "profiles" | "health">,
  token: RefreshToken,
  newest: TokenSet,
): Change {
  return renewed(
    profiles.filter(({ credential }) => holdsToken(credential, token)),
    health,
    newest,
  );
}

/** Logins with other tokens, and what lasts of their health. */
export function renewed(
  holders: readonly StoredProfile[],
  health: AgentState["health"],
  newest: TokenSet,
): Change {
  const kept = holders.flatMap(({ id }) => {
    const lasting = healthAfterRefresh(health.get(id));
    return lasting ? [[id, lasting] as const] : [];
  });
  const tokens = holders.map(
    ({ id, credential }) => [id, withTokens(credential as OAuthCredential, newest)] as const,
  );
  return { profiles: new Map(tokens), health: new Map(kept) };
}

/** What a family says of a login that shows its newest tokens. */
export function factsOf(
  profile: Pick<StoredProfile, "credential" | "generation">,
  family: Family,
  now: number,
  machine: MachineTime,
): LoginFacts | undefined {
  const { newest, refused, spent } = family;
  const { credential } = profile;
  if (spent && !newest) return { needed: { code: "its refresh token was used before", at: now } };
  const known = newest && credential.type === "oauth" && credential.access === newest.access;
  const { code = "", at = 0 } = refused ?? {};
  const needed = refused?.generation !== undefined &&
    refused.generation === profile.generation && { code, at };
  if (!known && !needed) return undefined;
  return {
    ...(known && { expiresAt: expiryHere(newest, now, machine), lifetimeMs: newest.lifetimeMs }),
    ...(needed && { needed }),
  };
}
