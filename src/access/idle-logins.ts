// Agents that nobody has called since the gateway started are in no memory, but their logins age all the same.
import { setTimeout as sleep } from "node:timers/promises";
import type { AgentId } from "../core/ids.ts";
import type { Reading } from "../store/store.ts";
import type { LiveAgents } from "./live-agents.ts";

export interface IdleLoginsOptions {
  /** every configured agent */
  readonly ids: () => readonly AgentId[];
  readonly agents: Pick<LiveAgents, "get" | "load">;
  readonly read: (agent: AgentId) => Promise<Reading>;
  /** between two stores, ms: there is no hurry, and calls go first */
  readonly pauseMs?: number;
}

/** Loads the agents that hold logins of their own. One whose store cannot be read costs itself alone. */
export async function loadIdleLogins({ ids, agents, read, pauseMs = 20 }: IdleLoginsOptions): Promise<void> {
  for (const id of ids()) {
    if (agents.get(id)) continue;
    const holds = await read(id).then(holdsLogin, () => false);
    if (holds) await agents.load(id).catch(() => undefined);
    await sleep(pauseMs, undefined, { ref: false });
  }
}

const holdsLogin = ({ state: { profiles } }: Reading): boolean =>
  profiles.some(({ credential }) => credential.type === "oauth");
