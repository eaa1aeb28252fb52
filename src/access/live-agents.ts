// The agents of a running gateway, in memory: the view, the prepared plan, the load. Requests read only this;
// the store keeps it current (DESIGN, "Speed": no store read on the request path).
import { setImmediate } from "node:timers/promises";
import type { BarScope, CooldownPolicy, Health, HealthEvent } from "../core/health.ts";
import { cooldownsFor, settle } from "../core/health.ts";
import type { AgentId } from "../core/ids.ts";
import { MAIN_AGENT } from "../core/ids.ts";
import type { Candidate, Load } from "../core/plan/candidate.ts";
import type { Prepared } from "../core/plan/prepare.ts";
import type { Attempt } from "../core/plan/walk.ts";
import { lastUsed, sameCredential } from "../core/plan/candidate.ts";
import { prepare, withHealth } from "../core/plan/prepare.ts";
import { RAMPS_NEXT } from "../core/plan/ramp.ts";
import { testScope } from "../core/plan/usable.ts";
import type { AuthProfile } from "../core/credential.ts";
import { isNews } from "../core/usage-health.ts";
import type { UsageReading } from "../core/usage-window.ts";
import type { AgentView } from "./agent-view.ts";
import type { Reading } from "../store/store.ts";
import type { HealthWriter } from "./health-writer.ts";
import type { MutableLoad } from "./loads.ts";
import { Loads } from "./loads.ts";
import { homeOf, Readings } from "./readings.ts";

/** It is back from a bar. */
function rampNext(load: Load): void {
  (load as MutableLoad).rampFrom = RAMPS_NEXT;
}

/** One agent as requests see it. `prepared` is replaced whenever something is learnt. */
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
}

/** see `agent-view.ts` */
export type Join = (agent: AgentId, own: Reading, main: Reading | undefined) => AgentView;

export interface LiveOptions {
  readonly read: (agent: AgentId) => Promise<Reading>;
  readonly join: Join;
  /** Called for every store that is in use from now on; news comes by `refresh`. */
  readonly watch: (agent: AgentId) => void;
  readonly writer: Pick<HealthWriter, "add" | "flush" | "unacknowledged">;
  readonly cooldowns: () => CooldownPolicy;
  /** Called with what an agent can use whenever that is read; who loads it waits. */
  readonly onView?: (view: AgentView) => Promise<void>;
  readonly loads?: Loads;
  /** Told of health that was learnt here, of a profile as `agent` uses it. */
  readonly onHealth?: (agent: AgentId, profile: AuthProfile, health: Health) => void;
  /** Told when a store was read again. */
  readonly onRead?: (agent: AgentId) => void;
}

/** All live agents. An agent loads on its first request. */
export class LiveAgents {
  readonly #options: LiveOptions;
  #join: Join;
  #agents = new Map<AgentId, LiveAgent>();
  /** Those of former settings, as long as a call uses them, and those of settings to come. */
  readonly #others = new Set<WeakRef<LiveAgent>>();
  readonly #loading = new Map<AgentId, Promise<LiveAgent>>();
  readonly #readings = new Readings();
  readonly #stale = new Set<AgentId>();
  readonly #refreshing = new Map<AgentId, Promise<void>>();
  readonly #loads: Loads;
  #turns: Promise<unknown> = Promise.resolve();

  constructor(options: LiveOptions) {
    this.#options = options;
    this.#loads = options.loads ?? new Loads();
    this.#join = options.join;
  }

  /** Views take a while to make: there is one in each round of the event loop, and calls go on in between. */
  #turn(): Promise<unknown> {
    this.#turns = this.#turns.then(() => setImmediate());
    return this.#turns;
  }

  /** The agent if it is loaded. */
  get(agent: AgentId): LiveAgent | undefined {
    return this.#agents.get(agent);
  }

  all(): Iterable<LiveAgent> {
    return this.#agents.values();
  }

  /** @throws AccessError `store_unreadable`: it must not look like a store without credentials */
  load(agent: AgentId): Promise<LiveAgent> {
    const loading = this.#loading.get(agent) ?? this.#load(agent).finally(() => this.#loading.delete(agent));
    this.#loading.set(agent, loading);
    return loading;
  }

  async #load(agent: AgentId): Promise<LiveAgent> {
    for (const id of new Set([MAIN_AGENT, agent])) {
      if (this.#readings.get(id)) continue;
      this.#options.watch(id);
      const reading = await this.#options.read(id);
      // A notice that came meanwhile has brought a newer one.
      if (!this.#readings.get(id)) this.#take(id, reading);
    }
    await this.#turn();
    const live = new LiveAgent(this.#viewOf(agent, this.#join), this.#loads, this.#join);
    this.#agents.set(agent, live);
    await this.#options.onView?.(live.view);
    return this.#agents.get(agent) ?? live;
  }

  /**
   * Makes every agent anew, under other settings. Calls under way go on with the agent that they began with: a
   * new key is never sent to an old address.
   *
   * @param kept agents that are still configured
   * @param swap called in the same step in which the new agents take over
   */
  async renew(join: Join, kept: (agent: AgentId) => boolean, swap: () => void): Promise<void> {
    const next = new Map<AgentId, LiveAgent>();
    const add = (id: AgentId) => {
      const live = new LiveAgent(this.#viewOf(id, join), this.#loads, join);
      next.set(id, live);
      this.#others.add(new WeakRef(live));
    };
    for (const id of [...this.#agents.keys()].filter(kept)) {
      add(id);
      await this.#turn();
    }
    // Loaded meanwhile.
    for (const id of this.#agents.keys()) if (kept(id) && !next.has(id)) add(id);
    for (const live of this.#agents.values()) this.#others.add(new WeakRef(live));
    this.#agents = next;
    this.#join = join;
    swap();
  }

  /** All that somebody may look at. */
  #everyone(): Set<LiveAgent> {
    const everyone = new Set(this.#agents.values());
    for (const ref of this.#others) {
      const live = ref.deref();
      if (live) everyone.add(live);
      else this.#others.delete(ref);
    }
    return everyone;
  }

  /**
   * Reads an agent's store again after it changed, for itself and for whoever reads through it. A store that
   * cannot be read now leaves the running view in place. Notices that come meanwhile cause one more reading.
   */
  refresh(agent: AgentId): Promise<void> {
    this.#stale.add(agent);
    const running = this.#refreshing.get(agent) ?? this.#refreshWhileStale(agent);
    this.#refreshing.set(agent, running);
    return running;
  }

  async #refreshWhileStale(agent: AgentId): Promise<void> {
    try {
      while (this.#stale.delete(agent)) await this.#refresh(agent);
    } finally {
      this.#refreshing.delete(agent);
    }
  }

  async #refresh(agent: AgentId): Promise<void> {
    await this.#options.writer.flush();
    const reading = await this.#options.read(agent);
    if (reading.version === this.#readings.get(agent)?.version) return;
    this.#take(agent, reading);
    for (const live of this.#everyone()) {
      if (live.id !== agent && agent !== MAIN_AGENT) continue;
      await this.#turn();
      live.replaceView(this.#viewOf(live.id, live.join));
      void this.#options.onView?.(live.view);
    }
    this.#loads.keep(() => [...this.#everyone()].flatMap((live) => live.view.snapshot.profiles));
    this.#options.onRead?.(agent);
  }

  #take(agent: AgentId, reading: Reading): void {
    this.#readings.set(agent, reading, this.#options.writer.unacknowledged(), this.#options.cooldowns());
  }

  /** What is known of a store that some agent uses. */
  reading(agent: AgentId): Reading | undefined {
    return this.#readings.whole(agent);
  }

  /** A test is over, with whatever outcome: all may use the credential that it proved, or one tests it again. */
  testEnds({ load, profile }: Candidate, scope: BarScope): void {
    this.#loads.testEnds(load as MutableLoad, scope);
    this.wake(profile);
  }

  /** Whoever waits for a profile looks again. */
  wake(profile: Pick<AuthProfile, "id" | "owner">): void {
    for (const agent of this.#everyone()) if (sharesProfile(agent, profile)) agent.tell();
  }

  /** Records what happened to a profile: at once here, behind in the store. */
  settle(live: LiveAgent, profile: AuthProfile, event: HealthEvent): void {
    const before = live.healthOf(profile);
    if (!before) return;
    const telling = event.kind !== "success" || before.bars.length > 0 || before.errorCount > 0;
    this.#options.writer.add(live.id, profile, event, telling);
    if (!telling) return;
    const health = settle(before, event, cooldownsFor(profile.provider, this.#options.cooldowns()));
    this.know(live.id, profile, health);
    this.#options.onHealth?.(live.id, profile, health);
  }

  /** As `settle`, of what another process saw. */
  observe(user: AgentId, profile: AuthProfile, event: HealthEvent): void {
    const live = this.#agents.get(user);
    if (live?.healthOf(profile)) this.settle(live, profile, event);
    else this.#options.writer.add(user, profile, event, true);
  }

  /** From now on this is the health of a profile that `user` uses, for all that share it. */
  know(user: AgentId, profile: AuthProfile, health: Health): void {
    this.#readings.learn(homeOf(profile, user), profile, health);
    for (const agent of this.#everyone()) {
      const same = agent.id === user || (profile.source === "store" && sharesProfile(agent, profile));
      if (same) agent.setHealth(profile, health);
    }
  }

  /** Usage windows come with every answer: only news is worth anything. */
  learnUsage(live: LiveAgent, profile: AuthProfile, reading: UsageReading, startedAt: number): void {
    const at = reading.readAt;
    const health = live.healthOf(profile);
    if (health && isNews(health.usage, reading, at))
      this.settle(live, profile, { kind: "usage", reading, startedAt, at });
  }

  #viewOf(agent: AgentId, join: Join): AgentView {
    const main = agent === MAIN_AGENT ? undefined : this.#readings.get(MAIN_AGENT);
    return this.#readings.over(join(agent, this.#readings.get(agent)!, main));
  }
}

const sharesProfile = (agent: LiveAgent, profile: Pick<AuthProfile, "id" | "owner">): boolean =>
  agent.view.snapshot.profiles.some((other) => other.id === profile.id && other.owner === profile.owner);
