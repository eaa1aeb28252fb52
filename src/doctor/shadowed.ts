// An agent's own profile goes before main's of the same id. What an import hides in that way is not lost: main
// has it as before, and the agent has what its own file said.
import type { AgentId } from "../core/ids.ts";
import { MAIN_AGENT } from "../core/ids.ts";
import type { Usable, UsableSet } from "./usable.ts";
import { currentProvider } from "./usable.ts";
import type { World } from "./world.ts";

/** Whether the agent has got a profile of its own in its place, and can use it. */
export function isShadowed(before: World, after: World, usableAfter: UsableSet, lost: Usable): boolean {
  if (!isCovered(before, after, lost)) return false;
  return [...usableAfter.values()].some(
    ({ agent, provider, profile }) =>
      agent === lost.agent && provider === lost.provider && profile.id === lost.profile.id,
  );
}

/** Inherited before, under an id that only now is the agent's own. */
function isCovered(before: World, after: World, { agent, profile: { id } }: Usable): boolean {
  const had = (world: World, holder: AgentId) => world.agents.get(holder)?.profiles.has(id) === true;
  return agent !== MAIN_AGENT && had(before, MAIN_AGENT) && !had(before, agent) && had(after, agent);
}

export const shadowNote = ({ agent, profile: { id } }: Usable): string =>
  `agent ${agent} uses its own ${id}, which goes before main's from now on`;

/** Why a repair may not change what is used, and what a person can do. */
export function reasonOf(before: World, after: World, changed: readonly Usable[]): string {
  const covered = changed.find((each) => isCovered(before, after, each));
  if (covered) {
    const { agent, profile } = covered;
    return `Agent ${agent}'s own ${profile.id} cannot be used, and would hide main's: take it out of the file, or correct it there.`;
  }
  if (changed.some((each) => hasOrder(after, each)))
    return "An order stands in the way: change or clear it first.";
  return "Nothing but this repair changes that: rename one of the profiles, or take it out of the file.";
}

function hasOrder(world: World, { agent, provider }: Usable): boolean {
  const orders = [agent, MAIN_AGENT].map((id) => world.agents.get(id)?.order);
  return [...orders, world.config.usable?.order].some((order) =>
    [...(order?.keys() ?? [])].some((key) => currentProvider(key) === provider),
  );
}
