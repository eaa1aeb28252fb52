// Calls in flight, and what they put to the test: counted in memory by the gateway that makes them.
import type { AuthProfile } from "../core/credential.ts";
import type { BarScope } from "../core/health.ts";
import type { Load } from "../core/plan/candidate.ts";
import { NO_TESTS } from "../core/plan/candidate.ts";

export type MutableLoad = { -readonly [K in keyof Load]: Load[K] };

const FEW = 1000;

/** Calls in flight by credential: agents that share one see the same. */
export class Loads {
  #loads = new Map<string, MutableLoad>();
  /** how many were left at the last clearing */
  #kept = 0;

  of(profile: Pick<AuthProfile, "owner" | "id">): MutableLoad {
    const key = loadKey(profile);
    const load = this.#loads.get(key) ?? this.create(profile);
    this.#loads.set(key, load);
    return load;
  }

  protected create(_of: Pick<AuthProfile, "owner" | "id">): MutableLoad {
    return { inFlight: 0, lastStarted: 0, rampFrom: 0, testing: NO_TESTS };
  }

  callStarts(load: MutableLoad, now: number): void {
    load.inFlight++;
    load.lastStarted = now;
  }

  callEnds(load: MutableLoad): void {
    load.inFlight--;
  }

  testStarts(load: MutableLoad, scope: BarScope): void {
    load.testing = [...load.testing, scope];
  }

  testEnds(load: MutableLoad, scope: BarScope): void {
    load.testing = without(load.testing, scope);
  }

  /** Forgets all but these, once there are many more than are of use: asking for all takes long. */
  keep(profiles: () => Iterable<AuthProfile>): void {
    if (this.#loads.size <= this.#kept * 2 + FEW) return;
    const kept = new Map<string, MutableLoad>();
    for (const profile of profiles()) kept.set(loadKey(profile), this.of(profile));
    this.#loads = kept;
    this.#kept = kept.size;
  }
}

export const loadKey = ({ owner, id }: Pick<AuthProfile, "owner" | "id">): string => `${owner} ${id}`;

/** The same but for one of these. */
export function without(scopes: readonly BarScope[], scope: BarScope): readonly BarScope[] {
  const at = scopes.indexOf(scope);
  if (at === -1) return scopes;
  return scopes.length === 1 ? NO_TESTS : scopes.toSpliced(at, 1);
}
