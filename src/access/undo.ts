// `models undo`: what a command changed is taken back (issue 3 item 8).
import type { AgentId, ProfileId } from "../core/ids.ts";
import type { Deps } from "./deps.ts";

/**
 * Takes former material of profiles out of the agent's history: what is logged out must not come back, and
 * must not lie around. A removal that names the ids in its own `Change.purge` does it in one transaction.
 *
 * @returns whether there was any
 * @throws AccessError `store_unreadable`, `store_unwritable`
 */
export function purgeFromHistory(
  deps: Pick<Deps, "store">,
  agent: AgentId,
  ids: readonly ProfileId[],
): Promise<boolean> {
  return deps.store().update(agent, { profiles: ids }, () => ({ purge: ids }));
}
