// Stores what a login brought: the credential, its place in the order, and what `--force` takes away.
import { randomUUID } from "node:crypto";
import type { Credential } from "../../core/credential.ts";
import type { AgentId, ProfileId, ProviderId } from "../../core/ids.ts";
import { MAIN_AGENT } from "../../core/ids.ts";
import { sameProvider } from "../../providers/logins.ts";
import type { Change, Slice, StoredProfile } from "../../store/store.ts";
import type { CommandDeps } from "../open-deps.ts";
import type { LoginReport } from "./login.ts";

interface NewLogin {
  readonly agent: AgentId;
  readonly profileId: ProfileId;
  readonly credential: Credential;
  /** the provider whose other profiles go */
  readonly forced: ProviderId | undefined;
}

/**
 * Stores it in one transaction with all that goes, and lifts the bars of what was stored under its id.
 *
 * @throws AccessError `store_unreadable`, `store_unwritable`; nothing is changed then
 */
export async function keep(
  deps: CommandDeps,
  { agent, profileId, credential, forced }: NewLogin,
): Promise<Pick<LoginReport, "removed" | "replaced">> {
  const { provider } = credential;
  // A backend's login is a profile of the backend: the provider that it serves is cleared as well.
  const cleared = forced === undefined ? [] : [...new Set([provider, forced])];
  const { state } = await deps.store().read(agent);
  const siblings = state.profiles.filter((entry) => belongs(entry.credential, cleared));
  const ids = new Set([profileId, ...siblings.map(({ id }) => id)]);
  const inherited = await inheritedOrder(deps, agent, provider);
  const providers = [...new Set([provider, ...cleared])];
  let removed: ProfileId[] = [];
  let before: StoredProfile | undefined;
  await deps.store().update(agent, { profiles: [...ids], providers }, (slice) => {
    before = slice.profiles.get(profileId);
    removed = [...slice.profiles.values()]
      .filter((entry) => entry.id !== profileId && belongs(entry.credential, cleared))
      .map(({ id }) => id);
    return changeOf(slice, { profileId, credential, removed, inherited, cleared });
  });
  const after = await liftBars(deps, agent, profileId);
  return { removed, replaced: before !== undefined && before.generation !== after?.generation };
}

/** One of several that are stored at once. */
export type StoredLogin = Pick<NewLogin, "profileId" | "credential">;

/**
 * The same for several, in one transaction; nothing else goes.
 *
 * @throws AccessError `store_unreadable`, `store_unwritable`; nothing is changed then
 */
export async function keepAll(
  deps: CommandDeps,
  agent: AgentId,
  logins: readonly StoredLogin[],
): Promise<void> {
  const profiles = logins.map(({ profileId }) => profileId);
  const providers = [...new Set(logins.map(({ credential }) => credential.provider))];
  const inherited = new Map<ProviderId, readonly ProfileId[] | undefined>();
  for (const provider of providers) inherited.set(provider, await inheritedOrder(deps, agent, provider));
  await deps.store().update(agent, { profiles, providers }, (slice) => {
    let change: Required<Pick<Change, "profiles" | "order">> = { profiles: new Map(), order: new Map() };
    for (const login of logins) {
      const order = new Map(slice.order);
      for (const [provider, ids] of change.order) if (ids) order.set(provider, ids);
      const wanted = { ...login, removed: [], cleared: [] };
      const more = changeOf(
        { ...slice, order },
        { ...wanted, inherited: inherited.get(login.credential.provider) },
      );
      change = {
        profiles: new Map([...change.profiles, ...(more.profiles ?? [])]),
        order: new Map([...change.order, ...(more.order ?? [])]),
      };
    }
    return change;
  });
  for (const profileId of profiles) await liftBars(deps, agent, profileId);
}

const belongs = (credential: Credential, providers: readonly ProviderId[]): boolean =>
  providers.some((provider) => sameProvider(credential.provider, provider));

interface Wanted {
  readonly profileId: ProfileId;
  readonly credential: Credential;
  readonly removed: readonly ProfileId[];
  readonly inherited: readonly ProfileId[] | undefined;
  /** providers whose profiles and order go */
  readonly cleared: readonly ProviderId[];
}

/** An order is exact, so a new login goes to its front: whoever logs in wants to use it. */
function changeOf(slice: Slice, { profileId, credential, removed, inherited, cleared }: Wanted): Change {
  const { provider } = credential;
  const stored = cleared.length > 0 ? undefined : slice.order.get(provider);
  const order = stored ?? inherited;
  const next = order && [profileId, ...order.filter((id) => id !== profileId && !removed.includes(id))];
  return {
    profiles: new Map([
      ...removed.map((id): [ProfileId, null] => [id, null]),
      [profileId, credential] as [ProfileId, Credential],
    ]),
    order: new Map([
      ...cleared.filter((id) => slice.order.has(id)).map((id) => [id, null] as const),
      ...(next || slice.order.has(provider) ? [[provider, next ?? null] as const] : []),
    ]),
  };
}

/** New material starts with clean health by itself. The same again means: I have put it right, try it. */
async function liftBars(
  deps: CommandDeps,
  agent: AgentId,
  profileId: ProfileId,
): Promise<StoredProfile | undefined> {
  const { profiles, health } = (await deps.store().read(agent)).state;
  const profile = profiles.find(({ id }) => id === profileId);
  if (!profile || !health.get(profileId)?.bars.length) return profile;
  const { generation, credential } = profile;
  const event = { kind: "retry", at: deps.now() } as const;
  const about = { agent, profileId, provider: credential.provider, generation };
  await deps.store().applyHealth([{ ...about, event, writer: randomUUID(), seq: 1 }]);
  return profile;
}

/** The order that applies to the agent while it has none of its own. */
async function inheritedOrder(
  deps: CommandDeps,
  agent: AgentId,
  provider: ProviderId,
): Promise<readonly ProfileId[] | undefined> {
  const ofMain = agent === MAIN_AGENT ? undefined : (await deps.store().read(MAIN_AGENT)).state;
  return ofMain?.order.get(provider) ?? deps.config().order.get(provider);
}
