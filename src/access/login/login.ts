// `models auth login`: gets a credential, stores it, and makes the provider ready to use (fidelity spec §12).
import type { Config } from "../../config/config.ts";
import { defaultModelOf } from "../../config/model-names.ts";
import { runtimeOf } from "../../config/model-runtime.ts";
import type { Credential } from "../../core/credential.ts";
import { AccessError } from "../../core/errors.ts";
import type { AgentId, ProfileId, ProviderId } from "../../core/ids.ts";
import { findProvider } from "../../providers/all.ts";
import type { Provider } from "../../providers/provider.ts";
import type { Edit } from "../config-edit.ts";
import { writeConfig } from "../config-edit.ts";
import type { CommandDeps } from "../open-deps.ts";
import { chooseAgent } from "../read-view.ts";
import type { Target } from "./choose.ts";
import { loadFlow } from "./flow.ts";
import { keep } from "./keep.ts";
import { recommendedEdits, recommendedRef } from "./recommended.ts";
import type { Talk } from "./talk.ts";
import { profileIdOf } from "./target-profile.ts";

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
  /** Another credential had this id before. */
  readonly replaced: boolean;
  /** Neither built in nor in openclaw.json: nobody knows where its calls go. */
  readonly nowhere?: true;
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
  const { credential } = obtained;
  const kept = await keep(deps, { agent, profileId, credential, forced: force ? provider.id : undefined });
  const written = await recommend(deps, request, obtained.runtime).catch((error: unknown) =>
    keptAllTheSame(profileId, error),
  );
  return {
    profileId,
    provider: credential.provider,
    type: credential.type,
    method: chosen.id,
    agentId: agent,
    ...kept,
    ...(findProvider(provider.id) || written.config.providers.has(provider.id) ? {} : { nowhere: true }),
    ...runtimeReport(written.config, obtained.runtime),
    recommendedModel: refOfLogin(request.target) ?? null,
    defaultModel: written.config.defaultModel.primary ?? null,
    configPath: config.path,
    configChanged: written.changed,
    ...(written.backupPath === undefined ? {} : { backupPath: written.backupPath }),
  };
}

/** Nobody logs in again because the config could not be written. */
function keptAllTheSame(profileId: ProfileId, error: unknown): never {
  if (!(error instanceof AccessError)) throw error;
  throw new AccessError(
    error.code,
    `The login is done and ${profileId} is stored, but its model could not be written into the config: ${error.message} The login need not be done again; openclaw models set chooses a model.`,
    { cause: error },
  );
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

/** What the login changes in the config as it is given. */
export type LoginEdits = (config: Config, setDefault: boolean) => readonly Edit[];

/** The model that a login brings, `provider/model`. */
export const refOfLogin = (target: Target): string | undefined =>
  recommendedRef(servedBy(recommends(target)));

/** @param runtime the backend that is to run the provider's models */
export async function loginEdits(target: Target, runtime: string | undefined): Promise<LoginEdits> {
  const provider = recommends(target);
  if (runtime !== undefined) {
    const { backendEdits } = await import("./backend-model.ts");
    const served = servedBy(provider);
    return (config, setDefault) => backendEdits(config, { provider: served, runtime, setDefault });
  }
  const { catalogModels } = await import("../../providers/catalog.ts");
  const models = await catalogModels(provider.id);
  const model = models.find(({ id }) => id === provider.defaultModel);
  const { login: chosen } = target;
  return (config, setDefault) => recommendedEdits(config, { provider, login: chosen, model, setDefault });
}

async function recommend(
  deps: CommandDeps,
  { target, setDefault }: LoginRequest,
  runtime: string | undefined,
) {
  const edits = await loginEdits(target, runtime);
  return await writeConfig(deps, (current) => edits(current, setDefault));
}
