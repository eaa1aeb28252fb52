// Writes a way to credentials that are kept elsewhere into openclaw.json: the named profile, the provider's
// `auth`, and what every login adds.
import type { Config } from "../../config/config.ts";
import type { AgentId, ProfileId, ProviderId } from "../../core/ids.ts";
import type { Edit } from "../config-edit.ts";
import { writeConfig } from "../config-edit.ts";
import type { CommandDeps } from "../open-deps.ts";
import type { ObtainedRoute } from "./flow.ts";
import type { Target } from "./choose.ts";
import type { LoginEdits, LoginReport, LoginRequest } from "./login.ts";
import { recommendedEdits, recommendedRef } from "./recommended.ts";
import { profileIdOf } from "./target-profile.ts";

/** @throws AccessError `config_invalid`, `config_conflict` */
export async function writeRoute(
  deps: CommandDeps,
  request: LoginRequest,
  agent: AgentId,
  { route, baseUrl }: ObtainedRoute,
): Promise<LoginReport> {
  const { provider, login } = request.target;
  const profileId = request.profileId ?? profileIdOf(request.target);
  const edits = await routeEdits(request.target, profileId, { route, baseUrl });
  const written = await writeConfig(deps, (config) => edits(config, request.setDefault));
  return {
    profileId,
    provider: provider.id,
    type: route,
    method: login.id,
    agentId: agent,
    removed: [],
    replaced: false,
    recommendedModel: recommendedRef(provider) ?? null,
    defaultModel: written.config.defaultModel.primary ?? null,
    configPath: written.config.path,
    configChanged: written.changed,
    ...(written.backupPath === undefined ? {} : { backupPath: written.backupPath }),
  };
}

/** What the way changes in the config as it is given. */
export async function routeEdits(
  { provider, login }: Target,
  profileId: ProfileId,
  { route, baseUrl }: ObtainedRoute,
): Promise<LoginEdits> {
  const { catalogModels } = await import("../../providers/catalog.ts");
  const model = (await catalogModels(provider.id)).find(({ id }) => id === provider.defaultModel);
  const toHost = { ...login, endpoint: { baseUrl, unlessConfigured: true } } as const;
  return (config, setDefault) => [
    ...recommendedEdits(config, { provider, login: toHost, model, setDefault }),
    { path: ["models", "providers", provider.id, "auth"], value: route },
    { path: ["auth", "profiles", profileId], value: { provider: provider.id, mode: route } },
    ...orderEdits(config, provider.id, profileId),
  ];
}

/** An order is exact: what it does not name is never used. */
function orderEdits(config: Config, provider: ProviderId, profileId: ProfileId): Edit[] {
  const order = config.order.get(provider);
  if (!order) return [];
  return [
    { path: ["auth", "order", provider], value: [profileId, ...order.filter((id) => id !== profileId)] },
  ];
}
