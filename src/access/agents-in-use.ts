// Who must hear of news: the agents that new calls get, those of former settings as long as a call uses them, and those
// of settings to come.
import type { AgentId } from "../core/ids.ts";
import type { LiveAgent } from "./live-agent.ts";

export class AgentsInUse {
  #agents = new Map<AgentId, LiveAgent>();
  readonly #others = new Set<WeakRef<LiveAgent>>();

  get(agent: AgentId): LiveAgent | undefined {
    return this.#agents.get(agent);
  }

  ids(): Iterable<AgentId> {
    return this.#agents.keys();
  }

  all(): Iterable<LiveAgent> {
    return this.#agents.values();
  }

  add(live: LiveAgent): void {
    this.#agents.set(live.id, live);
  }

  /** One that no new call gets hears of news as long as anybody holds it. */
  keepCurrent(live: LiveAgent): void {
    this.#others.add(new WeakRef(live));
  }

  /** From now on new calls get these. */
  replace(next: Map<AgentId, LiveAgent>): void {
    for (const live of this.#agents.values()) this.keepCurrent(live);
    this.#agents = next;
  }

  everyone(): Set<LiveAgent> {
    const everyone = new Set(this.#agents.values());
    for (const ref of this.#others) {
      const live = ref.deref();
      if (live) everyone.add(live);
      else this.#others.delete(ref);
    }
    return everyone;
  }
}
