// Credentials and order that anyone changes are used from the next request on.
import type { Deps } from "../../access/deps.ts";
import type { LiveAgents } from "../../access/live-agents.ts";
import type { AgentId } from "../../core/ids.ts";
import { MAIN_AGENT } from "../../core/ids.ts";
import { tokenOf } from "../../store/families.ts";
import type { Faults } from "../faults.ts";

/**
 * Families of logins are main's: what changed there may concern a copy in any agent. Whoever refreshed it has put it
 * into the copies' rows as well, which is seen at once; this is for those that could not be written then.
 */
const COPIES_READ_AFTER_MS = 5 * 60_000;

export interface Watched {
  readonly store: Deps["store"];
  readonly agents: LiveAgents;
  readonly faults: Faults;
  readonly onNews: () => void;
}

/** Returns what follows the store of an agent from now on. */
export function storeWatcher({ store, agents, faults, onNews }: Watched): (agent: AgentId) => void {
  const again = (agent: AgentId): Promise<void> => {
    const sentence = `The store of ${agent} cannot be read; the last good one stays in use`;
    const report = (error: unknown) => faults.report(`store ${agent}`, sentence, error);
    return agents
      .refresh(agent)
      .then(() => report(undefined), report)
      .then(onNews);
  };
  let waiting: NodeJS.Timeout | undefined;
  const readCopies = async () => {
    waiting = undefined;
    for (const { id, view } of agents.all()) {
      const own = view.stored.some(({ owner, credential }) => owner === id && tokenOf(credential));
      if (id !== MAIN_AGENT && own) await again(id);
    }
  };
  return (agent) =>
    void store().watch([agent], () => {
      void again(agent);
      if (agent === MAIN_AGENT) waiting ??= setTimeout(() => void readCopies(), COPIES_READ_AFTER_MS).unref();
    });
}
