// The world of the model test: three processes, two agents with a copy of one login each, OpenClaw's hand in the rows.
import { DatabaseSync } from "node:sqlite";
import type { RefreshStage } from "../../src/access/refresh.ts";
import { Refresher } from "../../src/access/refresh.ts";
import type { Credential } from "../../src/core/credential.ts";
import { openSqliteStore } from "../../src/store/sqlite.ts";
import type { Store } from "../../src/store/store.ts";
import { asOpenClaw, rowsOf } from "../store/home.ts";
import { sharedHome } from "./shared-home.ts";
import { StrictLogin } from "./strict-login.ts";
import { LOGIN_ID, PROVIDER } from "./user-protocol.ts";

export const DAY_MS = 86_400_000;
export const STAGES: readonly RefreshStage[] = [
  "leased",
  "intended",
  "sent",
  "answered",
  "committed",
  "published",
];
const AGENTS = ["main", "work"] as const;
type Agent = (typeof AGENTS)[number];

export type Step =
  | { readonly do: "refresh"; readonly who: number; readonly agent: Agent }
  /** every process through every agent, at once */
  | { readonly do: "crowd" }
  /** OpenClaw writes the row as it was `back` refreshes ago. */
  | { readonly do: "writeBack"; readonly agent: Agent; readonly back: number }
  | {
      readonly do: "writeBackDuring";
      readonly agent: Agent;
      readonly stage: RefreshStage;
      readonly back: number;
    }
  /** A process is gone at this stage of its refresh; another one comes in its place. */
  | { readonly do: "kill"; readonly who: number; readonly agent: Agent; readonly stage: RefreshStage }
  | { readonly do: "logout"; readonly agent: Agent }
  /** Takes a logout back: the credential that stood there then. */
  | { readonly do: "undo"; readonly agent: Agent }
  /** A process's clock is this far from the true time. */
  | { readonly do: "jump"; readonly who: number; readonly ms: number };

/** What went wrong, one sentence each. */
export async function runSteps(steps: readonly Step[]): Promise<string[]> {
  const world = new World();
  const faults: string[] = [];
  try {
    await world.logIn();
    for (const step of [...steps, { do: "refresh", who: 0, agent: "main" } as const]) {
      await world.take(step);
      faults.push(...(await world.faults()).map((fault) => `after ${JSON.stringify(step)}: ${fault}`));
      if (faults.length > 0) return faults;
      if (world.answerLost) await world.logIn();
    }
    return faults;
  } finally {
    await world.end();
  }
}

class World {
  readonly #home = sharedHome({ tokenUrl: "http://127.0.0.1:1/token", agents: AGENTS });
  readonly #processes = [0, 1, 2].map(() => new Process(this.#home.paths));
  readonly #stores: Store[] = [];
  readonly #rows = { main: [] as unknown[], work: [] as unknown[] };
  readonly #loggedOut = new Map<Agent, Credential>();
  #server = new StrictLogin();
  #logins = 0;
  /** by a kill: the provider has given tokens that nobody has */
  answerLost = false;

  async logIn(): Promise<void> {
    this.#server = new StrictLogin(`${++this.#logins}-`);
    this.#loggedOut.clear();
    this.answerLost = false;
    await this.#home.logIn(this.#server);
    // Rows of the time before this login are no echo of it: another login stood there.
    for (const agent of AGENTS) this.#rows[agent] = [this.#row(agent)];
  }

  async take(step: Step): Promise<void> {
    if (step.do === "refresh") await this.#refresh(step.who, step.agent);
    else if (step.do === "crowd")
      await Promise.all(AGENTS.flatMap((agent) => [0, 1, 2].map((who) => this.#refresh(who, agent))));
    else if (step.do === "writeBack") this.#writeBack(step.agent, step.back);
    else if (step.do === "writeBackDuring")
      await this.#refresh(0, "main", (at) => at === step.stage && this.#writeBack(step.agent, step.back));
    else if (step.do === "kill") await this.#kill(step.who, step.agent, step.stage);
    else if (step.do === "logout") await this.#logOut(step.agent);
    else if (step.do === "undo") await this.#undo(step.agent);
    else this.#processes[step.who]!.skew = step.ms;
    for (const agent of AGENTS) this.#rows[agent].push(this.#row(agent));
  }

  async #refresh(
    who: number,
    agent: Agent,
    onStage: (stage: RefreshStage) => void = () => {},
  ): Promise<void> {
    const process = this.#processes[who]!;
    const { state } = await process.store.read(agent);
    const held = state.profiles.find(({ id }) => id === LOGIN_ID);
    if (!held) return;
    const common = {
      id: LOGIN_ID,
      provider: PROVIDER,
      type: "oauth",
      source: "store",
      owner: agent,
    } as const;
    const profile = { ...common, generation: held.generation, refreshable: true };
    await Promise.race([process.refresher(this.#server, onStage).refresh(profile), process.died]);
  }

  async #kill(who: number, agent: Agent, stage: RefreshStage): Promise<void> {
    const process = this.#processes[who]!;
    const asked = this.#server.asked.length;
    await this.#refresh(who, agent, (at) => at === stage && process.die());
    if (!process.isDead) return;
    // What was sent is answered, also to somebody who is gone.
    await new Promise((resolve) => setTimeout(resolve, 5));
    const uncommitted = stage === "sent" || stage === "answered" || stage === "intended";
    this.answerLost = uncommitted && this.#server.asked.length > asked;
    this.#stores.push(process.own);
    this.#processes[who] = new Process(this.#home.paths);
    this.#bury();
  }

  /** Our own process lives: the holder of the dead one's leases becomes one that is proven dead. */
  #bury(): void {
    const db = new DatabaseSync(this.#home.paths.agentDatabase("main"), { timeout: 5000 });
    db.exec(`UPDATE access_leases SET holder_json = json_set(holder_json, '$.startTime', '1')
      WHERE holder_json IS NOT NULL`);
    db.close();
  }

  #row(agent: Agent): unknown {
    return rowsOf(this.#home.paths.agentDatabase(agent)).store;
  }

  #writeBack(agent: Agent, back: number): void {
    const rows = this.#rows[agent];
    const row = rows[Math.max(0, rows.length - 1 - back)];
    asOpenClaw(this.#home.paths.agentDatabase(agent), { store: row }, Date.now());
  }

  async #logOut(agent: Agent): Promise<void> {
    const held = (await this.#home.store.read(agent)).state.profiles.find(({ id }) => id === LOGIN_ID);
    // One agent keeps it, or nothing would be left to lose.
    if (!held || this.#loggedOut.size > 0) return;
    this.#loggedOut.set(agent, held.credential);
    await this.#put(agent, null);
    this.#rows[agent] = [];
  }

  async #undo(agent: Agent): Promise<void> {
    const credential = this.#loggedOut.get(agent);
    if (!credential) return;
    this.#loggedOut.delete(agent);
    await this.#put(agent, credential);
    this.#rows[agent] = [];
  }

  async #put(agent: Agent, credential: Credential | null): Promise<void> {
    const change = { profiles: new Map([[LOGIN_ID, credential]]) };
    await this.#home.store.update(agent, { profiles: [LOGIN_ID] }, () => change);
  }

  async faults(): Promise<string[]> {
    if (this.answerLost) return [];
    const { asked, dead, refresh } = this.#server;
    if (dead) return [`a spent token was sent: ${asked.join(" ")}`];
    const agents = AGENTS.filter((agent) => !this.#loggedOut.has(agent));
    const shown = await Promise.all(agents.map((agent) => this.#home.stored(agent).catch(() => undefined)));
    return shown.flatMap((held, n) =>
      held?.credential.refresh === refresh
        ? []
        : [`${agents[n]} shows ${held?.credential.refresh ?? "no login"} instead of ${refresh}`],
    );
  }

  async end(): Promise<void> {
    this.#stores.push(...this.#processes.map((process) => process.own));
    for (const store of this.#stores) await store.close();
    await this.#home.remove();
  }
}

/** A process, but for its own memory: what it has open, its clock, and whether it lives. */
class Process {
  readonly own: Store;
  readonly store: Store;
  skew = 0;
  isDead = false;
  readonly died: Promise<void>;
  #dies: () => void = () => {};
  #refresher: { readonly server: StrictLogin; readonly refresher: Refresher } | undefined;
  #onStage: (stage: RefreshStage) => void = () => {};

  constructor(paths: Parameters<typeof openSqliteStore>[0]["paths"]) {
    this.died = new Promise((resolve) => (this.#dies = resolve));
    this.own = openSqliteStore({ paths, now: this.#now, agents: () => AGENTS });
    // Whoever is dead does nothing any more, and hears nothing.
    this.store = new Proxy(this.own, {
      get: (store, name: keyof Store) =>
        this.isDead
          ? () => new Promise(() => {})
          : (store[name] as (...args: unknown[]) => unknown).bind(store),
    });
  }

  readonly #now = (): number => Date.now() + this.skew;

  refresher(server: StrictLogin, onStage: (stage: RefreshStage) => void): Refresher {
    this.#onStage = onStage;
    if (this.#refresher?.server === server) return this.#refresher.refresher;
    const refresher = new Refresher({
      store: () => this.store,
      endpoint: () => ({ url: "http://127.0.0.1:1", encoding: "form" }),
      agents: () => AGENTS,
      now: this.#now,
      request: (...args) => (this.isDead ? new Promise(() => {}) : server.request(...args)),
      onStage: (stage) => this.#onStage(stage),
    });
    this.#refresher = { server, refresher };
    return refresher;
  }

  die(): void {
    this.isDead = true;
    this.#dies();
  }
}
