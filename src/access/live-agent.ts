// One agent as requests see it, in memory: the view, the prepared plan, the load (DESIGN, "Speed": no store read on the
// request path).
import type { AuthProfile } from "../core/credential.ts";
import type { BarScope, Health } from "../core/health.ts";
import type { AgentId } from "../core/ids.ts";
import type { Candidate, Load } from "../core/plan/candidate.ts";
import { lastUsed, sameCredential } from "../core/plan/candidate.ts";
import type { Prepared } from "../core/plan/prepare.ts";
import { prepare, withHealth } from "../core/plan/prepare.ts";
import { RAMPS_NEXT } from "../core/plan/ramp.ts";
import { testScope } from "../core/plan/usable.ts";
import type { Attempt } from "../core/plan/walk.ts";
import type { Reading } from "../store/store.ts";
import type { AgentView } from "./agent-view.ts";
import type { Loads, MutableLoad } from "./loads.ts";

/** see `agent-view.ts` */
export type Join = (agent: AgentId, own: Reading, main: Reading | undefined) => AgentView;

/** `prepared` is replaced whenever something is learnt. */
export class LiveAgent {
  readonly id: AgentId;
  view: AgentView;
  prepared: Prepared;
  readonly #loads: Loads;
  /** Makes its view, by the settings that it began with. */
  readonly join: Join;
  #listeners = new Set<() => void>();

  constructor(view: AgentView, loads: Loads, join: Join) {
    this.id = view.agent;
    this.#loads = loads;
    this.join = join;
    this.view = view;
    this.prepared = this.#prepare(view);
  }

  replaceView(view: AgentView): void {
    const before = this.prepared;
    this.view = view;
    this.prepared = this.#prepare(view);
    for (const { profile, health, load } of [...before.candidates.values()].flat())
      if (health.bars.length > (this.healthOf(profile) ?? health).bars.length) rampNext(load);
    this.tell();
  }

  /** What the call puts to the test, if its credential is on trial: to be given back as soon as that is known. */
  callStarts({ candidate, ref }: Attempt, now: number): BarScope | undefined {
    const load = candidate.load as MutableLoad;
    const scope = testScope(candidate, ref, now, true);
    const unused = lastUsed(candidate) === 0;
    if (unused || scope !== undefined || load.rampFrom === RAMPS_NEXT) load.rampFrom = now;
    this.#loads.callStarts(load, now);
    if (scope !== undefined) this.#loads.testStarts(load, scope);
    return scope;
  }

  callEnds({ load }: Candidate): void {
    this.#loads.callEnds(load as MutableLoad);
  }

  setHealth(profile: AuthProfile, health: Health): void {
    const known = this.#find(profile);
    if (known && known.health.bars.length > health.bars.length) rampNext(known.load);
    this.prepared = withHealth(this.prepared, profile, health);
    this.tell();
  }

  healthOf(profile: AuthProfile): Health | undefined {
    return this.#find(profile)?.health;
  }

  #find(profile: AuthProfile): Candidate | undefined {
    const candidates = this.prepared.candidates.get(profile.provider);
    return candidates?.find((candidate) => sameCredential(candidate.profile, profile));
  }

  /** How many calls wait for news of it. */
  get waiting(): number {
    return this.#listeners.size;
  }

  /** Resolves after `ms`, or sooner when anything about the agent changes or the signal says so. */
  changeWithin(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.#listeners.delete(done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      this.#listeners.add(done);
      signal.addEventListener("abort", done, { once: true });
    });
  }

  #prepare(view: AgentView): Prepared {
    const { profiles } = view.snapshot;
    return prepare({ ...view.snapshot, load: new Map(profiles.map((one) => [one.id, this.#loads.of(one)])) });
  }

  /** Whoever waits looks again. */
  tell(): void {
    const listeners = this.#listeners;
    this.#listeners = new Set();
    for (const listener of listeners) listener();
  }

  /** Whether it uses this very profile, its own or another agent's. */
  shares({ id, owner }: Pick<AuthProfile, "id" | "owner">): boolean {
    return this.view.snapshot.profiles.some((other) => other.id === id && other.owner === owner);
  }
}

/** It is back from a bar. */
function rampNext(load: Load): void {
  (load as MutableLoad).rampFrom = RAMPS_NEXT;
}
