// Where what is learnt in the primary leaves it: for its workers, as soon as there are any.
import { setTimeout as pause } from "node:timers/promises";
import type { LiveOptions } from "../../access/live-agents.ts";
import type { ClientKey } from "../../core/client-key.ts";
import type { RunsElsewhere } from "../runs/runs.ts";
import type { Crew, WorkerChannel } from "./crew.ts";
import { sharedMemory } from "./memory.ts";
import { SharedLoads } from "./shared-loads.ts";

/** A worker that hangs is not waited for; one on a busy machine is. */
const PATIENCE_MS = 5000;

export class Hub {
  crew: Crew | undefined;
  readonly loads = new SharedLoads({
    loads: () => undefined,
    joins: () => undefined,
    testEnds: () => undefined,
    mayTest: () => Promise.resolve(true),
  });
  readonly memory = sharedMemory((told) => this.crew?.tell("memory", told));
  readonly live: Pick<LiveOptions, "loads" | "onHealth" | "onRead"> = {
    loads: this.loads,
    onHealth: (agent, profile, health) => this.crew?.tell("health", { agent, profile, health }),
    onRead: (agent) => this.#askAll((channel) => channel.ask("news", agent)).then(() => undefined),
  };

  /** Resolves once all workers know the keys of clients. */
  async tellKeys(keys: readonly ClientKey[]): Promise<void> {
    await this.#askAll((channel) => channel.ask("keys", keys));
  }

  /** Whether anybody wants to hear of runs as they begin. */
  watchesRuns = false;
  /** Runs of all workers. */
  readonly runs: RunsElsewhere = {
    end: (ending) => this.#allOf((channel) => channel.ask("end", ending)),
    abort: (runIds, reason) => this.#allOf((channel) => channel.ask("abortRuns", { runIds, reason })),
    rows: () => this.#allOf((channel) => channel.ask("runs", null)),
    watch: (isWatched) => {
      this.watchesRuns = isWatched;
      this.crew?.tell("watchRuns", isWatched);
    },
  };

  async #allOf<T>(ask: (channel: WorkerChannel) => Promise<readonly T[]>): Promise<T[]> {
    const answers = await this.#askAll(ask);
    return answers.flatMap((some) => some ?? []);
  }

  /** @returns what they answered; `undefined` for one that is late, gone, or only beginning */
  async #askAll<T>(ask: (channel: WorkerChannel) => Promise<T>): Promise<readonly (T | undefined)[]> {
    const late = pause(PATIENCE_MS, undefined, { ref: false });
    const asked = this.crew?.everyone().map(({ serves, channel }) => {
      const answer = ask(channel).catch(() => undefined);
      return serves ? Promise.race([answer, late]) : undefined;
    });
    return await Promise.all(asked ?? []);
  }
}
