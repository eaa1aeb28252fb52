// What an agent can use: its own store, main's read through, the environment's keys, the config's keys.
// One view serves status, list, plan, probe and the gateway, so that they cannot disagree.
import type { Config } from "../config/config.ts";
import type { AuthProfile, Credential, OAuthCredential } from "../core/credential.ts";
import { assessCredential, refOf } from "../core/credential.ts";
import type { Health } from "../core/health.ts";
import type { AgentId, ProfileId, ProviderId } from "../core/ids.ts";
import { configProfileId, envProfileId, MAIN_AGENT } from "../core/ids.ts";
import type { Snapshot } from "../core/plan/candidate.ts";
import { Secret } from "../core/secret.ts";
import { jwtClaims } from "../oauth/identity.ts";
import { environmentKeys } from "../providers/env-keys.ts";
import { keeperOf } from "../providers/kept-by.ts";
import { PROVIDERS } from "../providers/all.ts";
import type { Environment } from "../secrets/env.ts";
import { resolveSecretInput } from "../secrets/env.ts";
import { withGeneration } from "../store/generation.ts";
import type { LoginFacts, Reading, StoredProfile } from "../store/store.ts";
import { awsProfiles } from "./aws-route.ts";
import { gcloudProfiles } from "./gcloud-route.ts";
import { isCodexOwned } from "./codex-owned.ts";
import { routeTo } from "./provider-route.ts";

export interface AgentView {
  readonly agent: AgentId;
  /** ms since epoch */
  readonly readAt: number;
  readonly snapshot: Snapshot;
  /** Where each provider's explicit order comes from. */
  readonly orderFrom: ReadonlyMap<ProviderId, "store" | "config">;
  /** Stored profiles visible to the agent, own ones first, with the agent that holds each. */
  readonly stored: readonly (StoredProfile & { readonly owner: AgentId })[];
  /** Material of every profile that has some. */
  readonly secrets: ReadonlyMap<ProfileId, Secret>;
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
  const stored = visibleProfiles(agent, own, main);
  const secrets = new Map<ProfileId, Secret>();
  const profiles: AuthProfile[] = stored.map((entry) => storedProfile(entry, inputs, secrets));
  profiles.push(...environmentProfiles(inputs, secrets), ...awsProfiles(inputs), ...gcloudProfiles(inputs));
  const withCredential = new Set(profiles.map((profile) => profile.provider));
  profiles.push(...configProfiles(inputs, secrets, withCredential));
  profiles.push(...syntheticProfiles(inputs, new Set(profiles.map((profile) => profile.provider))));
  const { order, orderFrom } = explicitOrders(inputs);
  return {
    agent,
    readAt: inputs.now,
    snapshot: { profiles, order, health: joinHealth(stored, own, main) },
    orderFrom,
    stored,
    secrets,
    lastGood: new Map([...(main?.state.lastGood ?? []), ...own.state.lastGood]),
    warnings: [...own.state.warnings, ...(main?.state.warnings ?? [])],
    damaged: own.state.damaged === true || main?.state.damaged === true,
  };
}

/** Own profiles, then main's that the agent has not got under the same id (fidelity spec §11). */
function visibleProfiles(agent: AgentId, own: Reading, main: Reading | undefined): AgentView["stored"] {
  const mine = own.state.profiles.map((entry) => ownedBy(agent, entry));
  const taken = new Set(mine.map((entry) => entry.id));
  const inherited = (main?.state.profiles ?? []).filter((entry) => !taken.has(entry.id));
  return [...mine, ...inherited.map((entry) => ownedBy(MAIN_AGENT, entry))];
}

const ownedBy = (owner: AgentId, entry: StoredProfile) =>
  withGeneration({ id: entry.id, credential: entry.credential, owner }, () => entry.generation);

function storedProfile(
  entry: AgentView["stored"][number],
  inputs: ViewInputs,
  secrets: Map<ProfileId, Secret>,
): AuthProfile {
  const { id, credential, owner } = entry;
  const base = { id, provider: credential.provider, source: "store" as const, owner };
  return withGeneration({ ...base, ...assess(entry, inputs, secrets) }, () => entry.generation);
}

/** The part of a stored profile that follows from its credential, the config and the environment. */
function assess(
  { id, credential, owner }: AgentView["stored"][number],
  inputs: ViewInputs,
  secrets: Map<ProfileId, Secret>,
) {
  const keptBy = keeperOf(credential);
  if (keptBy !== undefined) return { type: credential.type, keptBy };
  const mode = inputs.config.profiles.get(id)?.mode;
  const byRef = refOf(credential) !== undefined;
  if (mode === "oauth" && byRef) return { type: credential.type, problem: "ineligible_profile" as const };
  const assessed = withFacts(
    assessCredential(credential),
    credential,
    loginFacts(inputs, owner, id),
    inputs.now,
  );
  if (assessed.problem === "missing_credential") return assessed;
  const material = resolveSecretInput(
    refOf(credential) ?? materialOf(credential),
    inputs.env,
    inputs.config.secretProviders,
  );
  if ("found" in material) secrets.set(id, new Secret(material.found));
  if ("unresolved" in material) return { ...assessed, problem: "unresolved_ref" as const };
  // Codex renews its login, and what is stored here is read again from Codex's file.
  return isCodexOwned(id, credential) ? { ...assessed, refreshable: true } : assessed;
}

function loginFacts({ agent, own, main }: ViewInputs, owner: AgentId, id: ProfileId): LoginFacts | undefined {
  return (owner === agent ? own : main)?.state.logins?.get(id);
}

/** What the families of logins know better than the row. */
function withFacts(
  assessed: ReturnType<typeof assessCredential>,
  credential: Credential,
  facts: LoginFacts | undefined,
  now: number,
): ReturnType<typeof assessCredential> & Pick<AuthProfile, "lifetimeMs" | "loginNeeded"> {
  if (credential.type !== "oauth") return assessed;
  const { expiresAt, lifetimeMs = claimedLifetimeMs(credential, now), needed } = facts ?? {};
  const known = {
    ...assessed,
    ...(expiresAt !== undefined && { expiresAt }),
    ...(lifetimeMs !== undefined && { lifetimeMs }),
  };
  if (!needed) return known;
  const { access } = credential;
  const ended = access === undefined || access === "" ? { problem: "login_needed" as const } : {};
  return { ...known, refreshable: false, loginNeeded: true, ...ended };
}

/** Lifetimes that are longer change nothing. */
const SHORT_LIVED_MS = 30 * 60_000;

/** How long a token was made for that no family knows, as it says itself; `undefined` unless that is short. */
function claimedLifetimeMs({ access, expires }: OAuthCredential, now: number): number | undefined {
  const left = Number(expires) - now;
  if (!(left < SHORT_LIVED_MS)) return undefined;
  const { iat, exp } = jwtClaims(access) ?? {};
  const claimed = (Number(exp) - Number(iat)) * 1000;
  return claimed > 0 && claimed < SHORT_LIVED_MS ? Math.max(claimed, left) : undefined;
}

function materialOf(credential: Credential): string | undefined {
  if (credential.type === "api_key") return credential.key;
  return credential.type === "token" ? credential.token : credential.access;
}

function* environmentProfiles(inputs: ViewInputs, secrets: Map<ProfileId, Secret>): Generator<AuthProfile> {
  for (const provider of knownProviders(inputs.config)) {
    for (const { variable, n, value } of environmentKeys(provider, inputs.env)) {
      const id = envProfileId(variable, n);
      secrets.set(id, new Secret(value));
      yield withGeneration(
        { id, provider: provider.id, type: "api_key", source: "env", owner: inputs.agent },
        () => inputs.fingerprint(value),
      );
    }
  }
}

const knownProviders = (config: Config): { id: ProviderId; env: readonly string[] }[] => [
  ...PROVIDERS,
  ...[...config.providers.keys()]
    .filter((id) => !PROVIDERS.some((known) => known.id === id))
    .map((id) => ({ id, env: [] })),
];

function* configProfiles(
  inputs: ViewInputs,
  secrets: Map<ProfileId, Secret>,
  withCredential: ReadonlySet<ProviderId>,
): Generator<AuthProfile> {
  for (const provider of inputs.config.providers.values()) {
    const id = configProfileId(provider.id);
    const base = { id, provider: provider.id, source: "config" as const, owner: inputs.agent };
    const material = resolveSecretInput(provider.apiKey, inputs.env, inputs.config.secretProviders);
    if ("found" in material) {
      secrets.set(id, new Secret(material.found));
      yield withGeneration({ ...base, type: "api_key" }, () => inputs.fingerprint(material.found));
    } else if ("unresolved" in material) {
      yield { ...base, type: "api_key", generation: "", problem: "unresolved_ref" };
    } else if (!withCredential.has(provider.id) && routeTo(inputs.config, provider.id)?.local) {
      yield { ...base, type: "none", generation: "" };
    }
  }
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
