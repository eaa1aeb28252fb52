// Calls in flight, and what they put to the test: counted in memory by the gateway that makes them.
import type { AuthProfile } from "../core/credential.ts";
import type { Load } from "../core/plan.ts";
import { NO_TESTS } from "../core/plan.ts";

export type MutableLoad = { -readonly [K in keyof Load]: Load[K] };

/** Calls in flight by credential: agents that share one see the same. */
export class Loads {
  #loads = new Map<string, MutableLoad>();

  of({ owner, id }: AuthProfile): MutableLoad {
    const key = `${owner} ${id}`;
    const load = this.#loads.get(key) ?? { inFlight: 0, lastStarted: 0, testing: NO_TESTS };
    this.#loads.set(key, load);
    return load;
  }

  /** Forgets all but these. */
  keep(profiles: Iterable<AuthProfile>): void {
    const kept = new Map<string, MutableLoad>();
    for (const profile of profiles) kept.set(`${profile.owner} ${profile.id}`, this.of(profile));
    this.#loads = kept;
  }
}
