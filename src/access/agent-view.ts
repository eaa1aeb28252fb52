// What an agent can use: its own store, main's read through, the environment's keys, the config's keys.
// One view serves status, list, plan, probe and the gateway, so that they cannot disagree.
import type { Config } from "../config/config.ts";
import type { AuthProfile } from "../core/credential.ts";
import type { Health } from "../core/health.ts";
import type { AgentId, ProfileId, ProviderId } from "../core/ids.ts";
import { configProfileId, envProfileId, MAIN_AGENT } from "../core/ids.ts";
import type { Snapshot } from "../core/plan/candidate.ts";
import { Secret } from "../core/secret.ts";
import { namedBackends } from "../providers/cli-backends.ts";
import { environmentKeys } from "../providers/env-keys.ts";
import { PROVIDERS } from "../providers/all.ts";
import type { Environment } from "../secrets/env.ts";
import { withGeneration } from "../store/generation.ts";
import type { Reading } from "../store/store.ts";
import type { AssessedProfile, Unresolved } from "./assessed-profiles.ts";
import { assessedProfiles, resolvedInput, unresolvedIn } from "./assessed-profiles.ts";
import { awsProfiles } from "./aws-route.ts";
import { gcloudProfiles } from "./gcloud-route.ts";
import { routeTo } from "./provider-route.ts";

export interface AgentView {
  readonly agent: AgentId;
  /** ms since epoch */
  readonly readAt: number;
  readonly snapshot: Snapshot;
  /** Where each provider's explicit order comes from. */
  readonly orderFrom: ReadonlyMap<ProviderId, "store" | "config">;
  /** Stored profiles visible to the agent, own ones first, with the agent that holds each. */
  readonly stored: readonly AssessedProfile["entry"][];
  /** Material of every profile that has some. */
  readonly secrets: ReadonlyMap<ProfileId, Secret>;
  /** Of profiles with the problem `unresolved_ref`. */
  readonly unresolved: ReadonlyMap<ProfileId, Unresolved>;
  readonly lastGood: ReadonlyMap<ProviderId, ProfileId>;
  readonly warnings: readonly string[];
  /** A row of a store cannot be read at all. */
  readonly damaged: boolean;
}

export interface ViewInputs {
  readonly agent: AgentId;
  readonly config: Config;
  readonly env: Environment;
  /** the agent's own reading */
  readonly own: Reading;
  /** main's reading; absent when the agent is main */
  readonly main?: Reading;
  /** where AWS's own files lie; they are not looked at when it is left out */
  readonly home?: string;
  /** Fingerprint of key material that no store holds. */
  readonly fingerprint: (material: string) => string;
  /** ms since epoch */
  readonly now: number;
}

/** Joins what was read. Pure but for `fingerprint`, and for AWS's own files where a provider is sent there. */
export function viewOf(inputs: ViewInputs): AgentView {
  const { agent, own, main } = inputs;
  const visible = visibleProfiles(inputs);
  const secrets = new Map<ProfileId, Secret>();
  const unresolved = new Map<ProfileId, Unresolved>();
  for (const { profile, secret, unresolved: why } of visible) {
    if (secret) secrets.set(profile.id, secret);
    if (why) unresolved.set(profile.id, why);
  }
  const stored = visible.map(({ entry }) => entry);
  const profiles = visible.map(({ profile }) => profile);
  profiles.push(...environmentProfiles(inputs, secrets), ...awsProfiles(inputs), ...gcloudProfiles(inputs));
  const withCredential = new Set(profiles.map((profile) => profile.provider));
  profiles.push(...configProfiles(inputs, { secrets, unresolved }, withCredential));
  profiles.push(...syntheticProfiles(inputs, new Set(profiles.map((profile) => profile.provider))));
  profiles.push(...programProfiles(inputs, profiles));
  const { order, orderFrom } = explicitOrders(inputs);
  return {
    agent,
    readAt: inputs.now,
    snapshot: { profiles, order, health: joinHealth(stored, own, main) },
    orderFrom,
    stored,
    secrets,
    unresolved,
    lastGood: new Map([...(main?.state.lastGood ?? []), ...own.state.lastGood]),
    warnings: [...own.state.warnings, ...(main?.state.warnings ?? [])],
    damaged: own.state.damaged === true || main?.state.damaged === true,
  };
}

/** Own profiles, then main's that the agent has not got under the same id (fidelity spec §11). */
function visibleProfiles({ agent, own, main, ...inputs }: ViewInputs): readonly AssessedProfile[] {
  const mine = assessedProfiles(own, agent, inputs);
  if (!main || main.state.profiles.length === 0) return mine;
  const inherited = assessedProfiles(main, MAIN_AGENT, inputs);
  if (mine.length === 0) return inherited;
  const taken = new Set(mine.map(({ entry }) => entry.id));
  return [...mine, ...inherited.filter(({ entry }) => !taken.has(entry.id))];
}

function* environmentProfiles(inputs: ViewInputs, secrets: Map<ProfileId, Secret>): Generator<AuthProfile> {
  for (const { id, provider, secret } of keysOf(inputs)) {
    secrets.set(id, secret);
    yield withGeneration({ id, provider, type: "api_key", source: "env", owner: inputs.agent }, () =>
      inputs.fingerprint(secret.reveal()),
    );
  }
}

interface FoundKey {
  readonly id: ProfileId;
  readonly provider: ProviderId;
  readonly secret: Secret;
}

interface FoundKeys {
  readonly config: Config;
  readonly keys: readonly FoundKey[];
}

/** All providers are asked for; hundreds of agents have the same environment. */
const KEYS = new WeakMap<Environment, FoundKeys>();

function keysOf({ config, env }: ViewInputs): readonly FoundKey[] {
  const known = KEYS.get(env);
  if (known?.config === config) return known.keys;
  const keys = knownProviders(config).flatMap((provider) =>
    environmentKeys(provider, env).map(({ variable, n, value }) => ({
      id: envProfileId(variable, n),
      provider: provider.id,
      secret: new Secret(value),
    })),
  );
  KEYS.set(env, { config, keys });
  return keys;
}

const knownProviders = (config: Config): { id: ProviderId; env: readonly string[] }[] => [
  ...PROVIDERS,
  ...[...config.providers.keys()]
    .filter((id) => !PROVIDERS.some((known) => known.id === id))
    .map((id) => ({ id, env: [] })),
];

function* configProfiles(
  inputs: ViewInputs,
  found: { readonly secrets: Map<ProfileId, Secret>; readonly unresolved: Map<ProfileId, Unresolved> },
  withCredential: ReadonlySet<ProviderId>,
): Generator<AuthProfile> {
  for (const provider of inputs.config.providers.values()) {
    const id = configProfileId(provider.id);
    const base = { id, provider: provider.id, source: "config" as const, owner: inputs.agent };
    const material = resolvedInput(provider.apiKey, inputs);
    const unresolved = unresolvedIn(material);
    if ("found" in material) {
      found.secrets.set(id, new Secret(material.found));
      yield withGeneration({ ...base, type: "api_key" }, () => inputs.fingerprint(material.found));
    } else if (unresolved) {
      found.unresolved.set(id, unresolved);
      yield { ...base, type: "api_key", generation: "", problem: "unresolved_ref" };
    } else if (!withCredential.has(provider.id) && routeTo(inputs.config, provider.id)?.local) {
      yield { ...base, type: "none", generation: "" };
    }
  }
}

/** Programs that the config names, each with whatever login it has. One that is stored here may be none of theirs. */
function programProfiles({ agent, config }: ViewInputs, known: readonly AuthProfile[]): AuthProfile[] {
  return namedBackends(config).flatMap((provider) => {
    const id = configProfileId(provider);
    if (known.some((profile) => profile.keptBy === provider || profile.id === id)) return [];
    const is = { type: "none", source: "config", owner: agent, generation: "", keptBy: provider } as const;
    return [{ id, provider, ...is }];
  });
}

/** Providers of plugins that need no credential, or have one of their own somewhere. */
function* syntheticProfiles(
  { agent }: ViewInputs,
  withCredential: ReadonlySet<ProviderId>,
): Generator<AuthProfile> {
  for (const { id, plugin, logins } of PROVIDERS) {
    if (!plugin || withCredential.has(id) || (plugin.marker === undefined && logins?.length !== 0)) continue;
    yield {
      id: configProfileId(id),
      provider: id,
      type: "none",
      source: "config",
      owner: agent,
      generation: "",
    };
  }
}

/** The agent's stored order, else main's, else the config's; the first that names the provider is exact. */
function explicitOrders({ config, own, main }: ViewInputs) {
  const order = new Map([...config.order, ...(main?.state.order ?? []), ...own.state.order]);
  const stored = (provider: ProviderId) => own.state.order.has(provider) || main?.state.order.has(provider);
  const orderFrom = new Map(
    [...order.keys()].map((provider) => [provider, stored(provider) ? "store" : "config"] as const),
  );
  return { order, orderFrom };
}

/** Health lies with the store that owns the profile; keys from elsewhere have theirs in the agent's own. */
function joinHealth(
  stored: AgentView["stored"],
  own: Reading,
  main: Reading | undefined,
): Map<ProfileId, Health> {
  const health = new Map(own.state.health);
  for (const { id, owner } of stored) {
    const inherited = main && owner === MAIN_AGENT ? main.state.health.get(id) : undefined;
    if (inherited) health.set(id, inherited);
  }
  return health;
}
