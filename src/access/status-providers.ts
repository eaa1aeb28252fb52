// `auth.providers` of the status report: where each provider's credential comes from (fidelity spec §2.2).
import type { Config } from "../config/config.ts";
import type { Paths } from "../config/paths.ts";
import { tildePath } from "../config/paths.ts";
import type { AuthProfile, Credential, SecretRef } from "../core/credential.ts";
import { isRef } from "../core/credential.ts";
import type { Bar, Health } from "../core/health.ts";
import { isRunning, WHOLE_PROFILE } from "../core/health.ts";
import type { ProfileId, ProviderId } from "../core/ids.ts";
import { configProfileId, MAIN_AGENT } from "../core/ids.ts";
import { maskSecret } from "../core/secret.ts";
import { scopeName } from "../core/usage-window.ts";
import { NON_SECRET_MARKERS, syntheticMarker } from "../providers/all.ts";
import { isCloud } from "./clouds.ts";
import { shortDuration } from "./duration.ts";
import type { ReadView } from "./read-view.ts";
import { compareText } from "./status-health.ts";
import type { Effective, ProviderRow, UnusableRow } from "./status-report.ts";

export interface ProviderInputs {
  readonly view: ReadView;
  readonly config: Config;
  readonly paths: Paths;
  /** Variables that a login shell gave. */
  readonly shellKeys: readonly string[];
  readonly now: number;
}

/** One row per provider that has a stored profile, a key in the environment, or a key in the config. */
export function providerRows(inputs: ProviderInputs): ProviderRow[] {
  const { view, config } = inputs;
  const withConfigKey = [...config.providers.values()].filter((provider) => provider.apiKey !== undefined);
  const providers = new Set([
    ...view.stored.map(({ credential }) => credential.provider),
    ...view.snapshot.profiles
      .filter((profile) => profile.source === "env" || isRoute(profile))
      .map((profile) => profile.provider),
    ...withConfigKey.map((provider) => provider.id),
    ...view.snapshot.profiles
      .map((profile) => profile.provider)
      .filter((provider) => syntheticMarker(provider) !== undefined),
  ]);
  return [...providers].toSorted(compareText).map((provider) => providerRow(provider, inputs));
}

function providerRow(provider: ProviderId, inputs: ProviderInputs): ProviderRow {
  const profiles = profileCounts(provider, inputs);
  const env = environmentSource(provider, inputs);
  const modelsJson = configSource(provider, inputs);
  const effective = effectiveSource(provider, inputs, profiles.count, env, modelsJson);
  return { provider, effective, profiles, ...(env ? { env } : {}), ...(modelsJson ? { modelsJson } : {}) };
}

/** Stored profiles before the environment before the config, also when all of them have expired. */
function effectiveSource(
  provider: ProviderId,
  { view, paths }: ProviderInputs,
  stored: number,
  env: ProviderRow["env"],
  modelsJson: ProviderRow["modelsJson"],
): Effective {
  if (stored > 0) {
    const own = view.stored.some(
      (entry) => entry.credential.provider === provider && entry.owner === view.agent,
    );
    const file = paths.agentDatabase(own ? view.agent : MAIN_AGENT);
    return { kind: "profiles", detail: tildePath(paths, file) };
  }
  if (env) return { kind: "env", detail: env.value };
  const route = view.snapshot.profiles.find((profile) => profile.provider === provider && isRoute(profile));
  if (route && isCloud(route.keptBy!)) return { kind: "aws-sdk", detail: route.id };
  if (route) return { kind: "synthetic", detail: `marker(${route.keptBy})` };
  if (modelsJson) return { kind: "models.json", detail: modelsJson.value };
  const marker = syntheticMarker(provider);
  return marker === undefined
    ? { kind: "missing", detail: "missing" }
    : { kind: "synthetic", detail: `marker(${marker})` };
}

/** A way to a cloud's or a program's own credentials that would serve. */
const isRoute = ({ keptBy, source, problem }: AuthProfile): boolean =>
  keptBy !== undefined && source === "config" && problem === undefined;

function profileCounts(provider: ProviderId, { view, now }: ProviderInputs): ProviderRow["profiles"] {
  const entries = view.stored.filter(({ credential }) => credential.provider === provider);
  const count = (type: Credential["type"]) =>
    entries.filter(({ credential }) => credential.type === type).length;
  return {
    count: entries.length,
    oauth: count("oauth"),
    token: count("token"),
    apiKey: count("api_key"),
    labels: entries.map(
      ({ id, credential, unopened }) =>
        `${id}=${credentialLabel(credential, unopened?.label)}${barSuffix(view.snapshot.health.get(id), now)}`,
    ),
  };
}

/** @param label of a secret that stayed sealed */
function credentialLabel(credential: Credential, label: string | undefined): string {
  if (credential.type === "oauth") return credential.email ? `OAuth (${credential.email})` : "OAuth";
  const [ref, value] =
    credential.type === "api_key"
      ? [credential.keyRef, credential.key]
      : [credential.tokenRef, credential.token];
  if (isRef(ref)) return refLabel(ref);
  const masked = label ?? shown(typeof value === "string" ? value.trim() : "");
  return credential.type === "token" ? `token:${masked}` : masked;
}

const refLabel = (ref: SecretRef): string => `ref(${ref.source}:${ref.id})`;

function barSuffix(health: Health | undefined, now: number): string {
  const bar = longestBar(health?.bars ?? [], now);
  if (!bar) return "";
  const kind = bar.lane === "disabled" ? `disabled:${bar.reason}` : "cooldown";
  return ` [${kind} ${shortDuration(bar.until - now)}]`;
}

function longestBar(bars: readonly Bar[], now: number): Bar | undefined {
  const running = bars.filter((bar) => isRunning(bar, now));
  const disabled = running.filter((bar) => bar.lane === "disabled");
  return (disabled.length > 0 ? disabled : running).toSorted((a, b) => b.until - a.until)[0];
}

/** Credentials that a bar keeps back; one row for each, or one per model when only models are barred. */
export function unusableRows({ view, now }: ProviderInputs): UnusableRow[] {
  const stored = view.stored.map(({ id, credential }) => ({ id, provider: credential.provider }));
  const elsewhere = view.snapshot.profiles.filter(({ source }) => source !== "store");
  return [...stored, ...elsewhere].flatMap(({ id, provider }) => {
    const running = (view.snapshot.health.get(id)?.bars ?? []).filter((bar) => isRunning(bar, now));
    const whole = longestBar(
      running.filter((bar) => bar.scope === WHOLE_PROFILE),
      now,
    );
    return (whole ? [whole] : running).map((bar) => unusableRow(id, provider, bar, now));
  });
}

function unusableRow(profileId: ProfileId, provider: ProviderId, bar: Bar, now: number): UnusableRow {
  const { lane: kind, reason, until, window } = bar;
  const model = bar.scope === WHOLE_PROFILE ? {} : { model: scopeName(bar.scope) };
  const why = window === undefined ? {} : { window };
  return { profileId, provider, kind, reason, ...model, ...why, until, remainingMs: until - now };
}

const isLogin = (variable: string): boolean => variable.includes("OAUTH_TOKEN");

function environmentSource(provider: ProviderId, { view, shellKeys }: ProviderInputs): ProviderRow["env"] {
  const first = view.snapshot.profiles.find(
    (profile) => profile.source === "env" && profile.provider === provider,
  );
  if (!first) return undefined;
  const variable = first.id.slice("env:".length).replace(/#\d+$/, "");
  const from = shellKeys.includes(variable) ? "shell env" : "env";
  if (first.keptBy !== undefined) return { value: `marker(${first.keptBy})`, source: `${from}: ${variable}` };
  const secret = view.secrets.get(first.id);
  if (!secret) return undefined;
  return {
    value: isLogin(variable) ? "OAuth (env)" : shown(secret.reveal()),
    source: `${from}: ${variable}`,
  };
}

/** Placeholders say where the credential is, or that none is wanted (requirements 002, "Notes"). */
const isPlaceholder = (text: string): boolean => NON_SECRET_MARKERS.has(text) || text.startsWith("oauth:");

/** `apiKey` may name a variable as well. */
const VARIABLE = /^[A-Z][A-Z0-9]*(_[A-Z0-9]+)+$/;

const shown = (value: string): string => (isPlaceholder(value) ? `marker(${value})` : maskSecret(value));

function configSource(
  provider: ProviderId,
  { view, config, paths }: ProviderInputs,
): ProviderRow["modelsJson"] {
  const apiKey = config.providers.get(provider)?.apiKey;
  const secret = view.secrets.get(configProfileId(provider));
  const unread = isRef(apiKey) && view.unresolved.get(configProfileId(provider))?.unread === true;
  if (apiKey === undefined || (!secret && !unread)) return undefined;
  const text = typeof apiKey === "string" ? apiKey.trim() : undefined;
  const named = text !== undefined && VARIABLE.test(text) ? `marker(${text})` : undefined;
  const value = isRef(apiKey) ? refLabel(apiKey) : (named ?? shown(secret?.reveal() ?? ""));
  return { value, source: `models.json: ${tildePath(paths, `${paths.agentDir(view.agent)}/models.json`)}` };
}
