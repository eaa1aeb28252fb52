// `models auth logout`: credentials of one agent go, with all that names them: order, health, metadata, history.
import type { Config } from "../config/config.ts";
import { AccessError } from "../core/errors.ts";
import type { AgentId, ProfileId, ProviderId } from "../core/ids.ts";
import { MAIN_AGENT, RENAMED_PROVIDERS } from "../core/ids.ts";
import { findProvider } from "../providers/all.ts";
import { environmentKeys } from "../providers/env-keys.ts";
import { sameProvider } from "../providers/logins.ts";
import type { AgentState, Slice, StoredProfile } from "../store/store.ts";
import type { Edit } from "./config-edit.ts";
import { writeConfig } from "./config-edit.ts";
import type { CommandDeps } from "./open-deps.ts";
import { chooseAgent } from "./read-view.ts";

/** One profile, or all of a provider. */
export type LogoutTarget = { readonly profileId: ProfileId } | { readonly provider: ProviderId };

export interface LogoutRequest {
  readonly target: LogoutTarget;
  readonly agent?: string | undefined;
}

export interface LogoutProfile {
  readonly id: ProfileId;
  readonly provider: ProviderId;
  readonly type: string;
}

/** What would be removed, for the question before it. */
export interface LogoutPlan {
  readonly agent: AgentId;
  readonly profiles: readonly LogoutProfile[];
}

export interface LogoutReport {
  readonly agentId: AgentId;
  readonly removed: readonly LogoutProfile[];
  /** Former values of these profiles left the history of changes: `models undo` cannot bring them back. */
  readonly historyPurged: true;
  readonly configPath: string;
  readonly configChanged: boolean;
  /** the config as it was before; absent when nothing changed */
  readonly backupPath?: string;
  readonly warnings: readonly string[];
}

/**
 * The profiles that are meant. Changes nothing.
 *
 * @throws AccessError `unknown_agent`, `unknown_profile`, `config_invalid`, `store_unreadable`
 */
export async function planLogout(deps: CommandDeps, request: LogoutRequest): Promise<LogoutPlan> {
  const agent = chooseAgent(deps.config(), request.agent);
  const { state } = await deps.store().read(agent);
  for (const target of [request.target, renamed(request.target)]) {
    const meant = state.profiles.filter((profile) => target && isMeant(profile, target));
    if (meant.length > 0) return { agent, profiles: meant.map(described) };
  }
  const main = agent === MAIN_AGENT ? undefined : (await deps.store().read(MAIN_AGENT)).state;
  throw nothingToRemove(agent, request.target, main);
}

/** An old id means the new one, unless the old one is what the store holds. */
function renamed(target: LogoutTarget): LogoutTarget | undefined {
  const id = "profileId" in target ? target.profileId : target.provider;
  const [provider = "", ...name] = id.split(":");
  const present = RENAMED_PROVIDERS[provider.toLowerCase()];
  if (present === undefined) return undefined;
  return "profileId" in target ? { profileId: [present, ...name].join(":") } : { provider: present };
}

const described = ({ id, credential }: StoredProfile): LogoutProfile => ({
  id,
  provider: credential.provider,
  type: credential.type,
});

const isMeant = ({ id, credential }: StoredProfile, target: LogoutTarget): boolean =>
  "profileId" in target ? id === target.profileId : sameProvider(credential.provider, target.provider);

function nothingToRemove(agent: AgentId, target: LogoutTarget, main: AgentState | undefined): AccessError {
  const what = "profileId" in target ? `profile ${target.profileId}` : `profile of ${target.provider}`;
  const argument = "profileId" in target ? target.profileId : `--provider ${target.provider}`;
  const inherited = main?.profiles.some((profile) => isMeant(profile, target));
  const hint = inherited
    ? `It reads it from ${MAIN_AGENT}; to remove it there: openclaw models auth logout ${argument} --agent ${MAIN_AGENT}`
    : `See: openclaw models auth list --agent ${agent}`;
  return new AccessError("unknown_profile", `Agent ${agent} has no ${what} of its own. ${hint}`);
}

/**
 * Removes what was planned. The credential goes first: from then on nobody can use it, and logging out again
 * completes what a kill in between left.
 *
 * @throws AccessError as `planLogout`; `store_unwritable`, `config_conflict`
 */
export async function logout(deps: CommandDeps, { agent, profiles }: LogoutPlan): Promise<LogoutReport> {
  const ids = profiles.map(({ id }) => id);
  const providers = await providersNaming(deps, agent, ids, profiles);
  await deps.store().update(agent, { profiles: ids, providers }, (slice) => ({
    profiles: new Map(ids.map((id) => [id, null])),
    order: ordersWithout(slice, ids),
    purge: ids,
  }));
  const gone = await heldNowhereElse(deps, agent, ids);
  if (agent === MAIN_AGENT) await forgetInOrders(deps, gone);
  const written = await writeConfig(deps, (config) => editsWithout(config, gone));
  return {
    agentId: agent,
    removed: profiles,
    historyPurged: true,
    configPath: written.config.path,
    configChanged: written.changed,
    ...(written.backupPath === undefined ? {} : { backupPath: written.backupPath }),
    warnings: await leftOver(deps, agent, profiles),
  };
}

/** Providers whose stored order names one of the profiles: an order may name foreign ids too. */
async function providersNaming(
  deps: CommandDeps,
  agent: AgentId,
  ids: readonly ProfileId[],
  profiles: readonly LogoutProfile[] = [],
): Promise<ProviderId[]> {
  const { order } = (await deps.store().read(agent)).state;
  const naming = [...order].filter(([, listed]) => listed.some((id) => ids.includes(id)));
  return [...new Set([...profiles.map(({ provider }) => provider), ...naming.map(([provider]) => provider)])];
}

/** An order that would be empty goes: it would leave the provider without any profile. */
function ordersWithout(
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
async function heldNowhereElse(
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
    return (await deps.store().read(agent)).state.profiles;
  } catch (error) {
    if (error instanceof AccessError && error.code === "store_unreadable") return undefined;
    throw error;
  }
}

/** Agents that read main's profiles through may have them in orders of their own. */
async function forgetInOrders(deps: CommandDeps, ids: readonly ProfileId[]): Promise<void> {
  for (const agent of otherAgents(deps.config(), MAIN_AGENT)) {
    if (!(await profilesOf(deps, agent))) continue;
    const providers = await providersNaming(deps, agent, ids);
    if (providers.length === 0) continue;
    await deps.store().update(agent, { providers }, (slice) => ({ order: ordersWithout(slice, ids) }));
  }
}

function editsWithout(config: Config, ids: readonly ProfileId[]): Edit[] {
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
async function leftOver(
  deps: CommandDeps,
  agent: AgentId,
  profiles: readonly LogoutProfile[],
): Promise<string[]> {
  const providers = [...new Set(profiles.map(({ provider }) => provider))];
  const fromEnvironment = providers.flatMap((id) => {
    const [key] = environmentKeys(findProvider(id) ?? { id, env: [] }, deps.env());
    return key ? [`${id} can still be used: ${key.variable} is set in the environment.`] : [];
  });
  if (agent === MAIN_AGENT) return fromEnvironment;
  const ofMain = (await profilesOf(deps, MAIN_AGENT)) ?? [];
  const inherited = providers.filter((provider) =>
    ofMain.some(({ credential }) => sameProvider(credential.provider, provider)),
  );
  return [
    ...fromEnvironment,
    ...inherited.map(
      (provider) => `${provider} can still be used: agent ${agent} reads ${MAIN_AGENT}'s profiles of it.`,
    ),
  ];
}
