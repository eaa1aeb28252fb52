// Rows of a probe before any call: what is known of a credential, and why it is not tried.
import type { Config } from "../config/config.ts";
import type { AuthProfile } from "../core/credential.ts";
import type { ModelRef } from "../core/model-ref.ts";
import { formatModelRef } from "../core/model-ref.ts";
import type { ProbeReason, ProbeRow, ProbeTarget } from "../core/probe.ts";
import { reasonText } from "../core/probe.ts";
import { fitsHeader } from "../core/secret.ts";
import type { CliBackend } from "../providers/cli-backends.ts";
import type { Environment } from "../secrets/env.ts";
import { findWire } from "../wire/all.ts";
import type { AgentView } from "./agent-view.ts";
import { isCloud } from "./clouds.ts";
import { openAddress, routeFor } from "./provider-route.ts";

/** A credential, and the model to ask with it, if one is known. */
export interface Probe {
  readonly target: ProbeTarget;
  readonly ref: ModelRef | undefined;
}

/** The row of a credential that no call is made with; `undefined` when it can be tried. */
export function untriedRow(
  { target, ref }: Probe,
  config: Config,
  env: Environment,
  view: AgentView,
): ProbeRow | undefined {
  const unusable = unusableRow(target, config, view, ref);
  if (unusable) return unusable;
  const { profile } = target;
  const row = baseRow(profile, ref);
  if (!ref) {
    const error = `No model of ${profile.provider} is configured or known.`;
    return { ...row, status: "no_model", reasonCode: "no_model", error };
  }
  const fault = routeFault(config, env, profile);
  return fault === undefined ? undefined : { ...row, status: "unknown", error: fault };
}

/** The same as far as the credential alone decides it. */
function unusableRow(
  { profile, reason }: ProbeTarget,
  config: Config,
  view: AgentView,
  ref?: ModelRef,
): ProbeRow | undefined {
  const row = baseRow(profile, ref);
  const sealed = view.stored.find(({ id }) => id === profile.id)?.unopened?.fault;
  if (reason && sealed !== undefined) return { ...row, ...reasonRow(reason), error: sealed };
  if (reason) return { ...row, ...reasonRow(reason) };
  if (isCloud(profile.keptBy ?? "") || programFor(profile, config)) return undefined;
  if (profile.keptBy !== undefined)
    return { ...row, status: "unknown", error: keptElsewhere(profile.keptBy) };
  const secret = view.secrets.get(profile.id);
  if (!secret) return { ...row, ...reasonRow("missing_credential") };
  if (!fitsHeader(secret.reveal())) return { ...row, ...reasonRow("ineligible_profile") };
  const stale = staleLogin(profile, view.readAt);
  return stale === undefined ? undefined : { ...row, status: "unknown", error: stale };
}

/** Sent as it is, it would only be refused, and the login barred for it. */
const staleLogin = ({ type, expiresAt }: AuthProfile, now: number): string | undefined =>
  type === "oauth" && expiresAt !== undefined && expiresAt <= now
    ? "Its access token has expired, and a probe does not renew it."
    : undefined;

/** There is no secret here to ask with. */
const keptElsewhere = (keeper: string): string =>
  `${keeper} keeps this login, and nobody here knows how to call with it. Nothing was called.`;

/** The program that makes the calls of a profile itself. */
export const programFor = (profile: AuthProfile, config: Config): CliBackend | undefined =>
  routeFor(config, profile)?.backend;

/** The same before a list is asked for, which takes a key. */
export const unaskedRow = (target: ProbeTarget, config: Config, view: AgentView): ProbeRow | undefined =>
  unusableRow(target, config, view) ??
  (isCloud(target.profile.keptBy ?? "")
    ? { ...baseRow(target.profile, undefined), status: "unknown", error: NO_LIST }
    : undefined);

const NO_LIST = "A cloud's own credentials are not proved by a list of models. Nothing was called.";

/** Why the provider cannot be called at all. */
function routeFault(config: Config, env: Environment, profile: AuthProfile): string | undefined {
  const { provider } = profile;
  const route = routeFor(config, profile, undefined, env);
  if (!route)
    return (
      openAddress(config, provider, env) ??
      `The address of ${provider} is not known. Set models.providers.${provider}.baseUrl.`
    );
  if (findWire(route.api)) return undefined;
  return `${provider} speaks ${route.api}, which cannot be probed yet.`;
}

const reasonRow = (reason: Exclude<ProbeReason, "no_model">) =>
  ({ status: "unknown", reasonCode: reason, error: reasonText(reason) }) as const;

/** The part of a row that no call changes. */
export function baseRow(profile: AuthProfile, ref: ModelRef | undefined) {
  const { provider, id, source } = profile;
  const model = ref ? { model: formatModelRef(ref) } : {};
  const mode = modeOf(profile);
  // A named route to the cloud's credentials is a profile of the config.
  const named = profile.keptBy !== undefined && !/^(env|config):/.test(id);
  if (source === "store" || named)
    return { provider, ...model, profileId: id, label: id, source: "profile", mode } as const;
  const other = source === "env" ? "env" : "models.json";
  return { provider, ...model, label: other, source: other, mode } as const;
}

function modeOf({ type, source, id }: AuthProfile): ProbeRow["mode"] {
  if (source === "env" && id.includes("OAUTH")) return "oauth";
  return type === "none" ? "api_key" : type;
}
