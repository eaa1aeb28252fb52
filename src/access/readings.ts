// What was last read of each agent's store, with what was learnt of its credentials since: a view that is made anew
// for whatever reason knows no less than the one before it.
import type { AuthProfile } from "../core/credential.ts";
import type { CooldownPolicy, Health } from "../core/health.ts";
import { cooldownsFor, HEALTHY, settle } from "../core/health.ts";
import type { AgentId, ProfileId } from "../core/ids.ts";
import type { HealthChange, Reading } from "../store/store.ts";
import type { AgentView } from "./agent-view.ts";

type Credential = Pick<AuthProfile, "id" | "generation">;

export class Readings {
  readonly #read = new Map<AgentId, Reading>();
  /** by home, then by credential */
  readonly #learnt = new Map<AgentId, Map<string, Credential & { readonly health: Health }>>();

  get(agent: AgentId): Reading | undefined {
    return this.#read.get(agent);
  }

  /** @param waiting what was observed and may not be in it */
  set(agent: AgentId, reading: Reading, waiting: readonly HealthChange[], policy: CooldownPolicy): void {
    this.#read.set(agent, reading);
    this.#learnt.delete(agent);
    for (const { profileId: id, agent: home, provider, generation, event } of waiting) {
      if (home !== agent || !isCurrent(reading, { id, generation })) continue;
      const before = this.#known(agent, { id, generation }) ?? reading.state.health.get(id) ?? HEALTHY;
      this.learn(agent, { id, generation }, settle(before, event, cooldownsFor(provider, policy)));
    }
  }

  /** @param home the agent whose store keeps the health of the credential */
  learn(home: AgentId, { id, generation }: Credential, health: Health): void {
    const learnt = this.#learnt.get(home) ?? new Map();
    this.#learnt.set(home, learnt.set(`${id} ${generation}`, { id, generation, health }));
  }

  /** The view with what was learnt laid over it. */
  over(view: AgentView): AgentView {
    if (this.#learnt.size === 0) return view;
    const health = new Map(view.snapshot.health);
    for (const profile of view.snapshot.profiles) {
      const known = this.#known(homeOf(profile, view.agent), profile);
      if (known) health.set(profile.id, known);
    }
    return { ...view, snapshot: { ...view.snapshot, health } };
  }

  /** A reading with what was learnt in it, as if the store had it already; for another process. */
  whole(agent: AgentId): Reading | undefined {
    const reading = this.#read.get(agent);
    const learnt = this.#learnt.get(agent);
    if (!reading || !learnt) return reading;
    const health = new Map<ProfileId, Health>(reading.state.health);
    for (const one of learnt.values()) if (isCurrent(reading, one)) health.set(one.id, one.health);
    return { ...reading, state: { ...reading.state, health } };
  }

  #known(home: AgentId, { id, generation }: Credential): Health | undefined {
    const learnt = this.#learnt.get(home);
    return learnt?.get(`${id} ${generation}`)?.health;
  }
}

/** Health of keys that no store holds lies with the agent that uses them. */
export const homeOf = ({ source, owner }: AuthProfile, user: AgentId): AgentId =>
  source === "store" ? owner : user;

/** What was learnt of a credential that was replaced says nothing of the new one. */
function isCurrent({ state }: Reading, { id, generation }: Credential): boolean {
  const stored = state.profiles.find((profile) => profile.id === id);
  return !stored || stored.generation === generation;
}
