// What the importing checks share: credentials of a file go into the store of its agent, and what is stored
// there already stays (fidelity spec §10: "on the same id SQLite wins").
import type { Credential } from "../core/credential.ts";
import { HEALTHY } from "../core/health.ts";
import type { ProfileId, ProviderId } from "../core/ids.ts";
import type { JsonObject } from "../core/json.ts";
import { learn } from "../store/evidence.ts";
import { parseStateRow } from "../store/state-row.ts";
import { parseUsage } from "../store/usage.ts";
import { currentProvider } from "./usable.ts";
import type { AgentWorld, LegacyFile, LegacyKind, World } from "./world.ts";

export const filesOf = (world: World, ...kinds: LegacyKind[]): readonly LegacyFile[] =>
  world.files.filter(({ kind }) => kinds.includes(kind));

/** A file and its agent, when both can be read: nothing else can be imported. */
export function importable(world: World, kind: LegacyKind) {
  return filesOf(world, kind).flatMap((file) => {
    const agent = world.agents.get(file.agent);
    const { document } = file;
    return document && agent && agent.fault === undefined ? [{ file, document, agent }] : [];
  });
}

/** Those of `credentials` that the agent has not got, also not under its provider's present name. */
export function missing(
  agent: AgentWorld,
  credentials: ReadonlyMap<ProfileId, Credential>,
): [ProfileId, Credential][] {
  return [...credentials].filter(([id, credential]) => {
    const same = agent.profiles.get(presentId(id));
    return !agent.profiles.has(id) && same?.type !== credential.type;
  });
}

function presentId(id: ProfileId): ProfileId {
  const colon = id.indexOf(":");
  return colon === -1 ? id : `${currentProvider(id.slice(0, colon))}${id.slice(colon)}`;
}

export const withCredentials = (
  agent: AgentWorld,
  credentials: Iterable<readonly [ProfileId, Credential]>,
): AgentWorld => ({ ...agent, profiles: new Map([...agent.profiles, ...credentials]) });

/** Order, last good profiles and health of a file, where the agent has none of its own. Pure. */
export function withState(agent: AgentWorld, document: JsonObject, now: number): AgentWorld {
  const { order, lastGood, usage } = parseStateRow(JSON.stringify(document));
  const learned = [...usage]
    .filter(([id]) => agent.profiles.has(id) && !agent.health.has(id))
    .map(([id, entry]) => [id, learn(HEALTHY, undefined, parseUsage(entry), now)] as const)
    .filter(([, health]) => health !== HEALTHY);
  return {
    ...agent,
    order: under(agent.order, order),
    lastGood: under(agent.lastGood, lastGood),
    health: new Map([...agent.health, ...learned]),
  };
}

const under = <T>(own: ReadonlyMap<ProviderId, T>, other: ReadonlyMap<ProviderId, T>): Map<ProviderId, T> =>
  new Map([...own, ...[...other].filter(([key]) => !own.has(key))]);

/** Ids for a sentence; many are counted. */
export function listed(ids: readonly string[]): string {
  const most = 8;
  const shown = ids.slice(0, most).join(", ");
  return ids.length > most ? `${shown} and ${ids.length - most} more` : shown;
}
