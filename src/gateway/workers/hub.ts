// Where what is learnt in the primary leaves it: for its workers, as soon as there are any.
import type { LiveOptions } from "../../access/live-agents.ts";
import type { Crew } from "./crew.ts";
import { sharedMemory } from "./memory.ts";
import { SharedLoads } from "./shared-loads.ts";

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
}
