// Where what is learnt in the primary leaves it: for its workers, as soon as there are any.
import { setTimeout as pause } from "node:timers/promises";
import type { LiveOptions } from "../../access/live-agents.ts";
import type { Ending } from "../runs/runs.ts";
import type { Crew } from "./crew.ts";
import { sharedMemory } from "./memory.ts";
import { SharedLoads } from "./shared-loads.ts";

const ENDS_WITHIN_MS = 2000;

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
    onRead: (agent) => this.crew?.tell("news", agent),
  };

  /** Ends runs of all workers; one that hangs is not waited for. @returns those that end for it */
  async endRuns(ending: Ending): Promise<readonly string[]> {
    const late = pause(ENDS_WITHIN_MS, [], { ref: false });
    const ended = this.crew?.members().map(async ({ channel }) => {
      const answer = channel.ask("end", ending).catch(() => []);
      return await Promise.race([answer, late]);
    });
    return (await Promise.all(ended ?? [])).flat();
  }
}
