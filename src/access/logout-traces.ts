// What names a profile besides its store: orders, the config, other agents; and what still reaches the provider.
import type { Config } from "../config/config.ts";
import { AccessError } from "../core/errors.ts";
import type { AgentId, ProfileId, ProviderId } from "../core/ids.ts";
import { MAIN_AGENT } from "../core/ids.ts";
import { findProvider } from "../providers/all.ts";
import { environmentKeys } from "../providers/env-keys.ts";
import { sameProvider } from "../providers/logins.ts";
import type { Slice, StoredProfile } from "../store/store.ts";
import type { Edit } from "./config-edit.ts";
import type { LogoutProfile } from "./logout.ts";
import type { CommandDeps } from "./open-deps.ts";

/** Providers whose stored order names one of the profiles: an order may name foreign ids too. */
export async function providersNaming(
  deps: CommandDeps,
  agent: AgentId,
  ids: readonly ProfileId[],
  profiles: readonly LogoutProfile[] = [],
): Promise<ProviderId[]> {
  const { order } = (await deps.store().read(agent, "facts")).state;
  const naming = [...order].filter(([, listed]) => listed.some((id) => ids.includes(id)));
  return [...new Set([...profiles.map(({ provider }) => provider), ...naming.map(([provider]) => provider)])];
}

/** An order that would be empty goes: it would leave the provider without any profile. */
export function ordersWithout(
  { order }: Slice,
  ids: readonly ProfileId[],
): Map<ProviderId, readonly ProfileId[] | null> {
  const naming = [...order].filter(([, listed]) => listed.some((id) => ids.includes(id)));
  return new Map(
    naming.map(([provider, listed]) => {
      const left = listed.filter((id) => !ids.includes(id));
      return [provider, left.length > 0 ? left : null];
    }),
  );
}

const otherAgents = (config: Config, agent: AgentId): AgentId[] =>
  [...new Set([MAIN_AGENT, ...config.agents.map(({ id }) => id)])].filter((id) => id !== agent);

/** Ids that name no profile of any agent now: what the config says of them is of no use to anyone. */
export async function heldNowhereElse(
  deps: CommandDeps,
  agent: AgentId,
  ids: readonly ProfileId[],
): Promise<ProfileId[]> {
  const held = new Set<ProfileId>();
  for (const other of otherAgents(deps.config(), agent)) {
    const profiles = await profilesOf(deps, other);
    // Who knows what a store holds that cannot be read.
    if (!profiles) return [];
    for (const { id } of profiles) held.add(id);
  }
  return ids.filter((id) => !held.has(id));
}

/** `undefined` for a store that cannot be read: its fault must not keep another agent's login alive. */
async function profilesOf(deps: CommandDeps, agent: AgentId): Promise<readonly StoredProfile[] | undefined> {
  try {
    return (await deps.store().read(agent, "facts")).state.profiles;
  } catch (error) {
    if (error instanceof AccessError && error.code === "store_unreadable") return undefined;
    throw error;
  }
}

/** Agents that read main's profiles through may have them in orders of their own. */
export async function forgetInOrders(deps: CommandDeps, ids: readonly ProfileId[]): Promise<void> {
  for (const agent of otherAgents(deps.config(), MAIN_AGENT)) {
    if (!(await profilesOf(deps, agent))) continue;
    const providers = await providersNaming(deps, agent, ids);
    if (providers.length === 0) continue;
    await deps.store().update(agent, { providers }, (slice) => ({ order: ordersWithout(slice, ids) }));
  }
}

export function editsWithout(config: Config, ids: readonly ProfileId[]): Edit[] {
  const named = ids.filter((id) => config.profiles.has(id));
  const orders = [...config.order].filter(([, listed]) => listed.some((id) => ids.includes(id)));
  return [
    ...named.map((id) => ({ path: ["auth", "profiles", id], value: undefined })),
    ...orders.map(([provider, listed]) => {
      const left = listed.filter((id) => !ids.includes(id));
      return { path: ["auth", "order", provider], value: left.length > 0 ? left : undefined };
    }),
  ];
}

/** Credentials from elsewhere that still reach the provider: whoever logs out should know. */
export async function leftOver(
  deps: CommandDeps,
  agent: AgentId,
  profiles: readonly LogoutProfile[],
): Promise<string[]> {
  const providers = [...new Set(profiles.map(({ provider }) => provider))];
  const elsewhere = providers.flatMap((id) =>
    placesOfKeys(deps, id).map((place) => `${id} can still be used: ${place}.`),
  );
  if (agent === MAIN_AGENT) return elsewhere;
  const ofMain = (await profilesOf(deps, MAIN_AGENT)) ?? [];
  const inherited = providers.filter((provider) =>
    ofMain.some(({ credential }) => sameProvider(credential.provider, provider)),
  );
  return [
    ...elsewhere,
    ...inherited.map(
      (provider) => `${provider} can still be used: agent ${agent} reads ${MAIN_AGENT}'s profiles of it.`,
    ),
  ];
}

function placesOfKeys(deps: CommandDeps, provider: ProviderId): string[] {
  const [key] = environmentKeys(findProvider(provider) ?? { id: provider, env: [] }, deps.env());
  const configured = deps.config().providers.get(provider)?.apiKey !== undefined;
  return [
    ...(key ? [`${key.variable} is set in the environment`] : []),
    ...(configured ? [`models.providers.${provider}.apiKey is set in openclaw.json`] : []),
  ];
}
