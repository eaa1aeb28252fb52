// New ids for profiles of `openai-codex`, one table for all agents and the config (requirements 004). Pure.
import type { ProfileId, ProviderId } from "../core/ids.ts";
import { MAIN_AGENT } from "../core/ids.ts";
import { materialOf } from "./usable.ts";
import type { AgentWorld, World } from "./world.ts";

export const OLD: ProviderId = "openai-codex";
export const NEW: ProviderId = "openai";

const isOldId = (id: ProfileId): boolean => id.startsWith(`${OLD}:`);

export type Renames = (id: ProfileId) => ProfileId;

/** What the ids become. An id in use for another credential is passed over, in whatever agent it is. */
export function renamesFor(world: World): Renames {
  const agents = [...world.agents.values()];
  const main = world.agents.get(MAIN_AGENT);
  const old = new Set(agents.flatMap(({ profiles }) => [...profiles.keys()].filter(isOldId)));
  const table = new Map<ProfileId, ProfileId>();
  const taken = new Set<ProfileId>();
  for (const id of old) {
    for (const target of candidates(id))
      if (!taken.has(target) && agents.every((agent) => isFree(agent, main, id, target))) {
        table.set(id, target);
        taken.add(target);
        break;
      }
  }
  return (id) => table.get(id) ?? (isOldId(id) ? plainTarget(id) : id);
}

const plainTarget = (id: ProfileId): ProfileId => `${NEW}${id.slice(OLD.length)}`;

function* candidates(id: ProfileId): Generator<ProfileId> {
  const plain = plainTarget(id);
  yield plain;
  yield `${plain}-codex`;
  for (let n = 2; ; n++) yield `${plain}-codex-${n}`;
}

/** Free where the profile is seen, or the same credential: then the two become one. */
function isFree(agent: AgentWorld, main: AgentWorld | undefined, id: ProfileId, target: ProfileId): boolean {
  const moved = agent.profiles.get(id) ?? main?.profiles.get(id);
  const there = agent.profiles.get(target) ?? main?.profiles.get(target);
  return !moved || !there || materialOf(moved) === materialOf(there);
}

/** The order of the old name before that of the new one (fidelity spec §10). */
export function joinOrders<T>(
  order: ReadonlyMap<ProviderId, readonly T[]>,
  rename: (id: T) => T,
): Map<ProviderId, readonly T[]> {
  const renamed = new Map([...order].map(([provider, ids]) => [provider, renamedIds(ids, rename)] as const));
  const old = renamed.get(OLD);
  if (!old) return renamed;
  const joined = [...new Set([...old, ...(renamed.get(NEW) ?? [])])];
  return new Map([...renamed.set(NEW, joined)].filter(([provider]) => provider !== OLD));
}

function renamedIds<T>(ids: readonly T[], rename: (id: T) => T): readonly T[] {
  const renamed = ids.map(rename);
  return renamed.every((id, index) => id === ids[index]) ? ids : [...new Set(renamed)];
}
