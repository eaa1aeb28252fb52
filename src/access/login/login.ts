// `models auth login`: gets a credential, stores it, and makes the provider ready to use (fidelity spec §12).
import { randomUUID } from "node:crypto";
import type { Config } from "../../config/config.ts";
import { defaultModelOf } from "../../config/model-names.ts";
import { runtimeOf } from "../../config/model-runtime.ts";
import type { Credential } from "../../core/credential.ts";
import type { AgentId, ProfileId, ProviderId } from "../../core/ids.ts";
import { MAIN_AGENT } from "../../core/ids.ts";
import { findProvider } from "../../providers/all.ts";
import { sameProvider } from "../../providers/logins.ts";
import type { Provider } from "../../providers/provider.ts";
import type { Change, Slice } from "../../store/store.ts";
import { writeConfig } from "../config-edit.ts";
import type { CommandDeps } from "../open-deps.ts";
import { chooseAgent } from "../read-view.ts";
import type { Target } from "./choose.ts";
import { loadFlow } from "./flow.ts";
import { recommendedEdits, recommendedRef } from "./recommended.ts";
import type { Talk } from "./talk.ts";

export interface LoginRequest {
  readonly target: Target;
  /** default `<provider>:<name that the login gives>` */
  readonly profileId?: ProfileId | undefined;
  readonly agent?: string | undefined;
  /** Take the provider's other profiles of this agent away, with their order and health. */
  readonly force: boolean;
  readonly setDefault: boolean;
  /** of a token, ms from now */
  readonly expiresInMs?: number | undefined;
}

export interface LoginReport {
  readonly profileId: ProfileId;
  readonly provider: ProviderId;
  /** `aws-sdk`: a way to credentials that are kept elsewhere */
  readonly type: Credential["type"] | "aws-sdk";
  readonly method: string;
  readonly agentId: AgentId;
  /** what `force` took away */
  readonly removed: readonly ProfileId[];
  /** The backend that is to run the provider's models. */
  readonly runtime?: string;
  /** The default model is run by it now. */
  readonly runsDefault?: boolean;
  /** `provider/model` */
  readonly recommendedModel: string | null;
  /** as configured afterwards */
  readonly defaultModel: string | null;
  readonly configPath: string;
  readonly configChanged: boolean;
  /** the config as it was before; absent when there was none */
  readonly backupPath?: string;
}

/**
 * Nothing is removed before the new credential is there: a login that is left half-way loses nothing.
 *
 * @throws AccessError `bad_input`, `cancelled`, `unknown_agent`, `config_invalid`, `store_unreadable`,
 *   `store_unwritable`, `config_conflict`
 */
export async function login(deps: CommandDeps, request: LoginRequest, talk: Talk): Promise<LoginReport> {
  const { provider, login: chosen, logins } = request.target;
  const config = deps.config();
  const agent = chooseAgent(config, request.agent);
  const flow = await loadFlow(provider.id, chosen, logins);
  if (chosen.policy) talk.notify(`Note (${chosen.policy.asOf}): ${chosen.policy.text}`);
  const { profileId: asked, force, expiresInMs } = request;
  const about = { deps, provider: provider.id, label: provider.label, login: chosen, talk };
  const obtained = await flow({ ...about, agent, profileId: asked, force, expiresInMs });
  if ("route" in obtained)
    return await (await import("./route.ts")).writeRoute(deps, request, agent, obtained);
  const profileId = asked ?? obtained.profileId ?? profileIdOf(request.target, obtained.name);
  const removed = await store(deps, agent, profileId, obtained.credential, force ? provider.id : undefined);
  await liftBars(deps, agent, profileId);
  const written = await recommend(deps, request, obtained.runtime);
  return {
    profileId,
    provider: obtained.credential.provider,
    type: obtained.credential.type,
    method: chosen.id,
    agentId: agent,
    removed,
    ...runtimeReport(written.config, obtained.runtime),
    recommendedModel: recommendedRef(servedBy(recommends(request.target))) ?? null,
    defaultModel: written.config.defaultModel.primary ?? null,
    configPath: config.path,
    configChanged: written.changed,
    ...(written.backupPath === undefined ? {} : { backupPath: written.backupPath }),
  };
}

/** The profile that a login makes. */
export const profileIdOf = ({ provider, login: chosen }: Target, name?: string): ProfileId =>
  `${provider.id}:${name ?? chosen.profile ?? "default"}`;

/** @returns the ids of the profiles that `force` took away */
async function store(
  deps: CommandDeps,
  agent: AgentId,
  profileId: ProfileId,
  credential: Credential,
  forced: ProviderId | undefined,
): Promise<ProfileId[]> {
  const { provider } = credential;
  // A backend's login is a profile of the backend: the provider that it serves is cleared as well.
  const cleared = forced === undefined ? [] : [...new Set([provider, forced])];
  const { state } = await deps.store().read(agent);
  const siblings = state.profiles.filter((entry) => belongs(entry.credential, cleared));
  const ids = new Set([profileId, ...siblings.map(({ id }) => id)]);
  const inherited = await inheritedOrder(deps, agent, provider);
  const providers = [...new Set([provider, ...cleared])];
  let removed: ProfileId[] = [];
  await deps.store().update(agent, { profiles: [...ids], providers }, (slice) => {
    removed = [...slice.profiles.values()]
      .filter((entry) => entry.id !== profileId && belongs(entry.credential, cleared))
      .map(({ id }) => id);
    return changeOf(slice, { profileId, credential, removed, inherited, cleared });
  });
  return removed;
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
async function liftBars(deps: CommandDeps, agent: AgentId, profileId: ProfileId): Promise<void> {
  const { profiles, health } = (await deps.store().read(agent)).state;
  const profile = profiles.find(({ id }) => id === profileId);
  if (!profile || !health.get(profileId)?.bars.length) return;
  const { generation, credential } = profile;
  const event = { kind: "retry", at: deps.now() } as const;
  const about = { agent, profileId, provider: credential.provider, generation };
  await deps.store().applyHealth([{ ...about, event, writer: randomUUID(), seq: 1 }]);
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

function runtimeReport(
  config: Config,
  runtime: string | undefined,
): Pick<LoginReport, "runtime" | "runsDefault"> {
  if (runtime === undefined) return {};
  return { runtime, runsDefault: runtimeOf(config, defaultModelOf(config).resolved.ref) === runtime };
}

/** A backend's models are those of the provider that it serves. */
const servedBy = (provider: Provider): Provider =>
  (provider.backendOf === undefined ? undefined : findProvider(provider.backendOf)) ?? provider;

/** The provider with the model that this login is for. */
const recommends = ({ provider, login: { defaultModel } }: Target): Provider =>
  defaultModel === undefined ? provider : { ...provider, defaultModel };

async function recommend(deps: CommandDeps, request: LoginRequest, runtime: string | undefined) {
  const { setDefault } = request;
  const { login: chosen } = request.target;
  const provider = recommends(request.target);
  if (runtime !== undefined) {
    const { backendEdits } = await import("./backend-model.ts");
    const served = servedBy(provider);
    return await writeConfig(deps, (current) =>
      backendEdits(current, { provider: served, runtime, setDefault }),
    );
  }
  const { catalogModels } = await import("../../providers/catalog.ts");
  const models = await catalogModels(provider.id);
  const model = models.find(({ id }) => id === provider.defaultModel);
  return await writeConfig(deps, (current: Config) =>
    recommendedEdits(current, { provider, login: chosen, model, setDefault }),
  );
}
