// The agents of a running gateway. Requests read only memory; what changes in the stores, and what calls learn, comes to
// all agents that it concerns.
import { setImmediate } from "node:timers/promises";
import type { AuthProfile } from "../core/credential.ts";
import type { BarScope, CooldownPolicy, Health, HealthEvent } from "../core/health.ts";
import { cooldownsFor, settle } from "../core/health.ts";
import type { AgentId } from "../core/ids.ts";
import { MAIN_AGENT } from "../core/ids.ts";
import type { Candidate } from "../core/plan/candidate.ts";
import { isNews } from "../core/usage-health.ts";
import type { UsageReading } from "../core/usage-window.ts";
import type { Reading } from "../store/store.ts";
import type { AgentView } from "./agent-view.ts";
import { AgentsInUse } from "./agents-in-use.ts";
import type { HealthWriter } from "./health-writer.ts";
import type { Join } from "./live-agent.ts";
import { LiveAgent } from "./live-agent.ts";
import type { MutableLoad } from "./loads.ts";
import { Loads } from "./loads.ts";
import { homeOf, Readings } from "./readings.ts";

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
  /** Told when a store was read again; whoever asked for that waits for it. */
  readonly onRead?: (agent: AgentId) => void | Promise<void>;
}

/** All live agents. An agent loads on its first request. */
export class LiveAgents {
  readonly #options: LiveOptions;
  #join: Join;
  readonly #agents = new AgentsInUse();
  readonly #loading = new Map<AgentId, Promise<LiveAgent>>();
  readonly #readings = new Readings();
  /** stores that are in use */
  readonly #watched = new Set<AgentId>();
  readonly #stale = new Set<AgentId>();
  readonly #refreshing = new Map<AgentId, Promise<void>>();
  readonly #told = new Map<AgentId, Promise<void> | void>();
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
    return this.#agents.all();
  }

  /** @throws AccessError `store_unreadable`: it must not look like a store without credentials */
  load(agent: AgentId): Promise<LiveAgent> {
    const loading = this.#loading.get(agent) ?? this.#load(agent).finally(() => this.#loading.delete(agent));
    this.#loading.set(agent, loading);
    return loading;
  }

  async #load(agent: AgentId): Promise<LiveAgent> {
    for (const id of new Set([MAIN_AGENT, agent])) {
      if (!this.#watched.has(id)) this.#options.watch(id);
      this.#watched.add(id);
      if (this.#readings.get(id)) continue;
      const reading = await this.#options.read(id);
      // A notice that came meanwhile has brought a newer one.
      if (!this.#readings.get(id)) this.#take(id, reading);
    }
    await this.#turn();
    const live = new LiveAgent(this.#viewOf(agent, this.#join), this.#loads, this.#join);
    this.#agents.add(live);
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
      this.#agents.keepCurrent(live);
    };
    for (const id of [...this.#agents.ids()].filter(kept)) {
      add(id);
      await this.#turn();
    }
    // Loaded meanwhile.
    for (const id of this.#agents.ids()) if (kept(id) && !next.has(id)) add(id);
    this.#agents.replace(next);
    this.#join = join;
    swap();
  }

  /**
   * Reads an agent's store again after it changed, for itself and for whoever reads through it. A store that
   * cannot be read now leaves the running view in place. Notices that come meanwhile cause one more reading.
   * Resolves once whoever is told of readings has heard of it, too.
   */
  async refresh(agent: AgentId): Promise<void> {
    await this.reread(agent);
    // Whoever is slow to hear of it holds up no later reading.
    await this.#told.get(agent);
  }

  /** As `refresh`, for calls that wait: a process that hangs holds up none of them. */
  reread(agent: AgentId): Promise<void> {
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
    // It is read when somebody uses it.
    if (!this.#watched.has(agent)) return;
    const reading = await this.#options.read(agent);
    if (reading.version === this.#readings.get(agent)?.version) return;
    this.#take(agent, reading);
    for (const live of this.#agents.everyone()) {
      if (live.id !== agent && agent !== MAIN_AGENT) continue;
      await this.#turn();
      live.replaceView(this.#viewOf(live.id, live.join));
      void this.#options.onView?.(live.view);
    }
    this.#loads.keep(() => [...this.#agents.everyone()].flatMap((live) => live.view.snapshot.profiles));
    this.#told.set(agent, this.#options.onRead?.(agent));
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
    for (const agent of this.#agents.everyone()) if (agent.shares(profile)) agent.tell();
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
    for (const agent of this.#agents.everyone()) {
      const same = agent.id === user || (profile.source === "store" && agent.shares(profile));
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
