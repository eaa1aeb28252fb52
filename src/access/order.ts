// `models auth order`: an agent's own order of a provider's profiles (fidelity spec §5).
import { tildePath } from "../config/paths.ts";
import { AccessError } from "../core/errors.ts";
import type { AgentId, ProfileId, ProviderId } from "../core/ids.ts";
import { MAIN_AGENT } from "../core/ids.ts";
import type { AgentState, StoredProfile } from "../store/store.ts";
import type { Deps } from "./deps.ts";
import { chooseAgent } from "./read-view.ts";

export interface OrderRequest {
  readonly agent?: string | undefined;
  readonly provider: ProviderId;
}

/** The stored order; `auth.order` of openclaw.json is another thing and not shown. */
export interface OrderReport {
  readonly agentId: AgentId;
  readonly agentDir: string;
  readonly provider: ProviderId;
  /** `~/…` */
  readonly authStatePath: string;
  readonly order: readonly ProfileId[] | null;
}

/** @throws AccessError `unknown_agent`, `config_invalid`, `store_unreadable` */
export async function readOrder(deps: Deps, request: OrderRequest): Promise<OrderReport> {
  const agent = chooseAgent(deps.config(), request.agent);
  const own = await deps.store().read(agent, "facts");
  const order =
    own.state.order.get(request.provider) ?? (await inherited(deps, agent))?.order.get(request.provider);
  return orderReport(deps, agent, request.provider, order ?? null);
}

/**
 * Stores the order in the agent's own store, also when the agent only inherits the profiles.
 *
 * @throws AccessError `unknown_agent`, `unknown_profile`, `bad_input`, `store_unreadable`, `store_unwritable`
 */
export async function setOrder(
  deps: Deps,
  request: OrderRequest & { readonly profiles: readonly ProfileId[] },
): Promise<OrderReport> {
  const { provider } = request;
  const agent = chooseAgent(deps.config(), request.agent);
  const order = [...new Set(request.profiles)];
  const ofMain = new Map((await inherited(deps, agent))?.profiles.map((entry) => [entry.id, entry]));
  await deps.store().update(agent, { profiles: order, providers: [provider], facts: true }, (slice) => {
    for (const id of order) checkBelongs(id, slice.profiles.get(id) ?? ofMain.get(id), provider, agent);
    return { order: new Map([[provider, order]]) };
  });
  return orderReport(deps, agent, provider, order);
}

/** @throws AccessError `unknown_agent`, `store_unreadable`, `store_unwritable` */
export async function clearOrder(deps: Deps, request: OrderRequest): Promise<OrderReport> {
  const agent = chooseAgent(deps.config(), request.agent);
  const own = await deps.store().read(agent, "facts");
  if (own.state.order.has(request.provider))
    await deps.store().update(agent, { providers: [request.provider] }, () => ({
      order: new Map([[request.provider, null]]),
    }));
  return orderReport(deps, agent, request.provider, null);
}

async function inherited(deps: Deps, agent: AgentId): Promise<AgentState | undefined> {
  return agent === MAIN_AGENT ? undefined : (await deps.store().read(MAIN_AGENT, "facts")).state;
}

function checkBelongs(
  id: ProfileId,
  profile: StoredProfile | undefined,
  provider: ProviderId,
  agent: AgentId,
): void {
  if (!profile)
    throw new AccessError(
      "unknown_profile",
      `Agent ${agent} has no profile ${id}. See: openclaw models auth list --agent ${agent} --provider ${provider}`,
    );
  if (profile.credential.provider !== provider)
    throw new AccessError(
      "bad_input",
      `${id} belongs to ${profile.credential.provider}, not to ${provider}. Nothing was changed.`,
    );
}

function orderReport(
  deps: Deps,
  agentId: AgentId,
  provider: ProviderId,
  order: readonly ProfileId[] | null,
): OrderReport {
  const paths = deps.paths();
  const authStatePath = tildePath(paths, paths.agentDatabase(agentId));
  return { agentId, agentDir: paths.agentDir(agentId), provider, authStatePath, order };
}
