// Calls in flight, and what they put to the test: counted in memory by the gateway that makes them.
import type { AuthProfile } from "../core/credential.ts";
import type { Load } from "../core/plan/candidate.ts";
import { NO_TESTS } from "../core/plan/candidate.ts";

export type MutableLoad = { -readonly [K in keyof Load]: Load[K] };

const FEW = 1000;

/** Calls in flight by credential: agents that share one see the same. */
export class Loads {
  #loads = new Map<string, MutableLoad>();
  /** how many were left at the last clearing */
  #kept = 0;

  of({ owner, id }: AuthProfile): MutableLoad {
    const key = `${owner} ${id}`;
    const load = this.#loads.get(key) ?? { inFlight: 0, lastStarted: 0, testing: NO_TESTS };
    this.#loads.set(key, load);
    return load;
  }

  /** Forgets all but these, once there are many more than are of use: asking for all takes long. */
  keep(profiles: () => Iterable<AuthProfile>): void {
    if (this.#loads.size <= this.#kept * 2 + FEW) return;
    const kept = new Map<string, MutableLoad>();
    for (const profile of profiles()) kept.set(`${profile.owner} ${profile.id}`, this.of(profile));
    this.#loads = kept;
    this.#kept = kept.size;
  }
}
