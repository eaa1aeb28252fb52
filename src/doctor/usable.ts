// Which credentials each agent could be served with: the one thing that a repair must not make smaller.
import type { AgentView } from "../access/agent-view.ts";
import { viewOf } from "../access/agent-view.ts";
import type { AuthProfile, Credential } from "../core/credential.ts";
import { eligibility } from "../core/credential.ts";
import type { AgentId, ProviderId } from "../core/ids.ts";
import { MAIN_AGENT, RENAMED_PROVIDERS } from "../core/ids.ts";
import type { Prepared } from "../core/plan/prepare.ts";
import { prepare } from "../core/plan/prepare.ts";
import { canonicalJson } from "../store/json.ts";
import type { Reading } from "../store/store.ts";
import type { AgentWorld, World } from "./world.ts";

/** A credential in one agent's hands. */
export interface Usable {
  readonly agent: AgentId;
  readonly provider: ProviderId;
  readonly profile: AuthProfile;
}

/** By a key that holds the material itself: it must not be printed. Bars do not count, they pass. */
export type UsableSet = ReadonlyMap<string, Usable>;

export interface AgentPlan {
  readonly agent: AgentId;
  readonly view: AgentView;
  readonly prepared: Prepared;
}

export const currentProvider = (provider: ProviderId): ProviderId => RENAMED_PROVIDERS[provider] ?? provider;

export function plansOf(world: World): AgentPlan[] {
  const config = world.config.usable;
  if (!config) return [];
  const main = world.agents.get(MAIN_AGENT);
  return [...world.agents.values()].map((agent) => {
    const view = viewOf({
      agent: agent.id,
      config,
      env: world.env.values,
      own: readingOf(agent),
      ...(main && agent !== main ? { main: readingOf(main) } : {}),
      fingerprint: (material) => material,
      now: world.now,
    });
    return { agent: agent.id, view, prepared: prepare(view.snapshot) };
  });
}

/** What would be tried, for any model of its provider. A server that wants no credential is none. */
export function usableSet(plans: readonly AgentPlan[]): UsableSet {
  const usable = new Map<string, Usable>();
  for (const { agent, view, prepared } of plans)
    for (const { profile } of [...prepared.candidates.values()].flat())
      if (profile.type !== "none" && eligibility(profile, view.readAt) === "ok")
        usable.set(keyOf(agent, profile), { agent, provider: currentProvider(profile.provider), profile });
  return usable;
}

export const keyOf = (agent: AgentId, profile: AuthProfile): string =>
  JSON.stringify([agent, currentProvider(profile.provider), profile.generation || profile.id]);

/** Entries of `a` that `b` has not. */
export const missingFrom = (a: UsableSet, b: UsableSet): Usable[] =>
  [...a].filter(([key]) => !b.has(key)).map(([, usable]) => usable);

export const spoken = (missing: readonly Usable[]): string =>
  missing.map(({ agent, profile }) => `${profile.id} of agent ${agent}`).join(", ");

const MATERIAL = ["type", "key", "keyRef", "token", "tokenRef", "access", "refresh"] as const;

/** Equal for equal secrets, whatever their label. It holds them: never print it. */
export function materialOf(credential: Credential): string {
  const fields: Readonly<Record<string, unknown>> = { ...credential };
  return canonicalJson(MATERIAL.map((name) => fields[name] ?? null));
}

function readingOf(agent: AgentWorld): Reading {
  const profiles = [...agent.profiles].map(([id, credential]) => ({
    id,
    credential,
    generation: materialOf(credential),
  }));
  const { order, lastGood, health } = agent;
  return { version: "", state: { profiles, order, lastGood, health, warnings: [] } };
}
