// `models auth logout`: credentials of one agent go, with all that names them: order, health, metadata, history.
import { AccessError } from "../core/errors.ts";
import type { AgentId, ProfileId, ProviderId } from "../core/ids.ts";
import { MAIN_AGENT, RENAMED_PROVIDERS } from "../core/ids.ts";
import { sameProvider } from "../providers/logins.ts";
import type { AgentState, StoredProfile } from "../store/store.ts";
import { writeConfig } from "./config-edit.ts";
import { copiesOf, deletingCommand } from "./logout-copies.ts";
import {
  editsWithout,
  forgetInOrders,
  heldNowhereElse,
  leftOver,
  ordersWithout,
  providersNaming,
} from "./logout-traces.ts";
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
  /** files of old that may still hold these credentials; nothing reads them but a person, or doctor */
  readonly copies: readonly string[];
  /** deletes `copies`, in a shell; absent when there are none */
  readonly deleteCopies?: string;
  readonly warnings: readonly string[];
}

/**
 * The profiles that are meant. Changes nothing.
 *
 * @throws AccessError `unknown_agent`, `unknown_profile`, `config_invalid`, `store_unreadable`
 */
export async function planLogout(deps: CommandDeps, request: LogoutRequest): Promise<LogoutPlan> {
  const agent = chooseAgent(deps.config(), request.agent);
  const { state } = await deps.store().read(agent, "facts");
  for (const target of [request.target, renamed(request.target)]) {
    const meant = state.profiles.filter((profile) => target && isMeant(profile, target));
    if (meant.length > 0) return { agent, profiles: meant.map(described) };
  }
  const main = agent === MAIN_AGENT ? undefined : (await deps.store().read(MAIN_AGENT, "facts")).state;
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
export async function logout(deps: CommandDeps, plan: LogoutPlan): Promise<LogoutReport> {
  await removeCredentials(deps, plan);
  return await forgetTraces(deps, plan);
}

/** The first half of `logout`. Resolves once it is durable. @throws AccessError `store_unwritable` */
export async function removeCredentials(deps: CommandDeps, { agent, profiles }: LogoutPlan): Promise<void> {
  const ids = profiles.map(({ id }) => id);
  const providers = await providersNaming(deps, agent, ids, profiles);
  await deps.store().update(agent, { profiles: ids, providers, facts: true }, (slice) => ({
    profiles: new Map(ids.map((id) => [id, null])),
    order: ordersWithout(slice, ids),
    purge: ids,
  }));
}

/** The other half: what named them elsewhere. @throws AccessError `store_unwritable`, `config_conflict` */
export async function forgetTraces(
  deps: CommandDeps,
  { agent, profiles }: LogoutPlan,
): Promise<LogoutReport> {
  const ids = profiles.map(({ id }) => id);
  const gone = await heldNowhereElse(deps, agent, ids);
  if (agent === MAIN_AGENT) await forgetInOrders(deps, gone);
  const written = await writeConfig(deps, (config) => editsWithout(config, gone));
  const copies = copiesOf(deps, agent, profiles);
  return {
    agentId: agent,
    removed: profiles,
    historyPurged: true,
    configPath: written.config.path,
    configChanged: written.changed,
    ...(written.backupPath === undefined ? {} : { backupPath: written.backupPath }),
    copies,
    ...(copies.length === 0 ? {} : { deleteCopies: deletingCommand(copies) }),
    warnings: await leftOver(deps, agent, profiles),
  };
}
