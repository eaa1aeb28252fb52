// Logins that nobody uses just now, idle, cooling or disabled, are refreshed in time all the same: a refresh token
// that lies unused for too long dies at the provider. One timer, set to the next login that is due.
import type { AuthProfile } from "../core/credential.ts";
import { inParallel } from "./in-parallel.ts";
import type { LiveAgent } from "./live-agent.ts";
import type { AgentView } from "./agent-view.ts";
import type { Logins } from "./logins.ts";

/** Logins come and go, clocks jump, machines sleep: it looks at least this often. */
const LOOK_AT_LEAST_EVERY_MS = 60_000;
const LOOK_AT_MOST_EVERY_MS = 1000;
const LOAD_IDLE_EVERY_MS = 60 * 60 * 1000;
/** Refreshes at once. */
const AT_ONCE = 4;

export interface KeepWarmOptions {
  readonly agents: () => Iterable<LiveAgent>;
  readonly logins: Pick<Logins, "warm" | "nextAt">;
  readonly now: () => number;
  /** Loads the agents that hold logins and were not called yet. */
  readonly loadIdle?: () => Promise<void>;
}

interface Held {
  readonly live: LiveAgent;
  readonly profile: AuthProfile;
}

export class KeepWarm {
  readonly #options: KeepWarmOptions;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;
  #running = true;
  #looksSoon = false;
  /** ms since epoch */
  #idleLoadedAt = -Infinity;

  constructor(options: KeepWarmOptions) {
    this.#options = options;
  }

  /** Refreshes what is due, and again when the next login is. Resolves after the first time. */
  async run(): Promise<void> {
    this.#running = true;
    this.#looksSoon = false;
    const { agents, logins } = this.#options;
    await inParallel(heldBy(agents()), AT_ONCE, async ({ live, profile }) => {
      await logins.warm(live, profile);
    });
    // Theirs are due now or later, like those of an agent that a call loads.
    await this.#loadIdle();
    this.#running = false;
    if (!this.#stopped) this.#in(this.#pauseMs(), () => void this.run());
  }

  async #loadIdle(): Promise<void> {
    const { now, loadIdle } = this.#options;
    if (Math.abs(now() - this.#idleLoadedAt) < LOAD_IDLE_EVERY_MS) return;
    this.#idleLoadedAt = now();
    await loadIdle?.();
  }

  /** Logins changed: the next one due may be another. Of many changes in a row the last is looked at. */
  wake(): void {
    if (this.#stopped || this.#running || this.#looksSoon) return;
    this.#looksSoon = true;
    this.#in(LOOK_AT_MOST_EVERY_MS, () => {
      this.#looksSoon = false;
      const left = this.#pauseMs() - LOOK_AT_MOST_EVERY_MS;
      if (left > 0) this.#in(left, () => void this.run());
      else void this.run();
    });
  }

  #in(ms: number, work: () => void): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(work, ms).unref();
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  #pauseMs(): number {
    const { agents, logins, now } = this.#options;
    const dues = heldBy(agents()).map(({ profile }) => logins.nextAt(profile) ?? Infinity);
    const next = Math.min(...dues) - now();
    return Math.min(LOOK_AT_LEAST_EVERY_MS, Math.max(LOOK_AT_MOST_EVERY_MS, next));
  }
}

/** Every login that some agent sees, once. */
function heldBy(agents: Iterable<LiveAgent>): Held[] {
  const held = new Map<string, Held>();
  for (const live of agents)
    for (const profile of loginsIn(live.view)) held.set(`${profile.owner} ${profile.id}`, { live, profile });
  return [...held.values()];
}

const LOGINS = new WeakMap<AgentView, readonly AuthProfile[]>();

/** Hundreds of agents are asked whenever one of them changes. */
function loginsIn(view: AgentView): readonly AuthProfile[] {
  const known = LOGINS.get(view) ?? view.snapshot.profiles.filter(({ type }) => type === "oauth");
  LOGINS.set(view, known);
  return known;
}
