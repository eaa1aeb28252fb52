// A login as an agent's store has it, and the newest tokens of its family put there.
import type { AuthProfile } from "../core/credential.ts";
import type { Family, HeldLogin } from "../core/family.ts";
import type { AgentId } from "../core/ids.ts";
import { holdsToken, renewed } from "../store/families.ts";
import type { RefreshToken, Slice, StoredProfile, Store } from "../store/store.ts";

/** The login while it is still the same generation. */
export async function heldLogin(store: Store, profile: AuthProfile): Promise<HeldLogin | undefined> {
  const { state } = await store.read(profile.owner);
  const held = state.profiles.find(({ id }) => id === profile.id);
  if (held?.generation !== profile.generation || held.credential.type !== "oauth") return undefined;
  return { credential: held.credential, generation: held.generation };
}

/**
 * Writes the newest tokens of a family into the rows of an agent that hold it. It reads as the newest anyhow: a row
 * that cannot be written now is repaired by the next write. Never rejects.
 */
export async function adoptInto(
  store: Store,
  agent: AgentId,
  token: RefreshToken,
  { newest }: Family,
): Promise<void> {
  if (!newest) return;
  const { provider } = token;
  const older = ({ credential }: StoredProfile) =>
    credential.type === "oauth" &&
    (holdsToken(credential, token) || holdsToken(credential, { provider, refresh: newest.refresh })) &&
    Number(credential.expires ?? 0) <= newest.expires;
  const decide = ({ profiles, health }: Slice) =>
    renewed([...profiles.values()].filter(older), health, newest);
  try {
    const { state } = await store.read(agent);
    const ids = state.profiles.filter(older).map(({ id }) => id);
    // Without a note: what is replaced here is spent, and nobody may take it back.
    if (ids.length > 0) await store.update(agent, { profiles: ids }, decide, null);
  } catch {
    // As said: the next write repairs it.
  }
}
