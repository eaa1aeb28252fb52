// An explicit order is exact. Where a repair makes one, joins two or adds profiles beside one, credentials that
// were used before could fall out of it; they are appended.
import type { AuthProfile } from "../core/credential.ts";
import type { AgentId, ProfileId, ProviderId } from "../core/ids.ts";
import { MAIN_AGENT } from "../core/ids.ts";
import type { JsonObject } from "../core/json.ts";
import { isObject } from "../core/json.ts";
import type { UsableSet } from "./usable.ts";
import { keyOf, plansOf, usableSet } from "./usable.ts";
import type { World } from "./world.ts";
import { withAgent, withDocument } from "./world.ts";

type Order = readonly ProfileId[];

export interface Kept {
  readonly world: World;
  /** what was done to orders, for the plan */
  readonly notes: readonly string[];
}

/**
 * `after` with its orders naming what was usable `before`: nothing fell out of them, and unless it was
 * imported, nothing came in. Pure.
 */
export function keepReach(before: World, usableBefore: UsableSet, after: World, imports: boolean): Kept {
  const kept = withLost(before, usableBefore, after);
  return imports ? kept : withoutGained(usableBefore, kept);
}

/** A name that meant nothing in one order may mean a profile in the joined one. */
function withoutGained(usableBefore: UsableSet, { world, notes }: Kept): Kept {
  let next = world;
  const named: string[] = [];
  for (const [key, { agent, profile }] of usableSet(plansOf(world))) {
    const { provider, id } = profile;
    const { holder, order } = effectiveOrder(next, agent, provider);
    if (usableBefore.has(key) || !order?.includes(id)) continue;
    next = withOrder(
      next,
      holder,
      provider,
      order.filter((each) => each !== id),
    );
    named.push(`${placeOf(holder, provider)} goes on without ${id}, which was not used`);
  }
  return { world: next, notes: [...notes, ...named] };
}

function withLost(before: World, usableBefore: UsableSet, after: World): Kept {
  let world = after;
  const notes: string[] = [];
  // Each round gives every agent back what one order hid; an agent has two orders above its own.
  for (let round = 0; round < 3; round++) {
    const hidden = plansOf(world).flatMap(({ agent, prepared }) =>
      [...prepared.excluded.values()]
        .flat()
        .filter((profile) => usableBefore.has(keyOf(agent, profile)))
        .map((profile) => ({ agent, profile })),
    );
    for (const { agent, profile } of hidden) {
      const kept = readmitted(before, world, agent, profile);
      world = kept.world;
      notes.push(...kept.notes);
    }
    if (hidden.length === 0) break;
  }
  return { world, notes };
}

function readmitted(before: World, world: World, agent: AgentId, profile: AuthProfile): Kept {
  const { provider, id } = profile;
  const { holder, order } = effectiveOrder(world, agent, provider);
  if (!order || order.includes(id)) return { world, notes: [] };
  const which =
    holder === undefined ? `auth.order.${provider}` : `the order of ${provider} in agent ${holder}`;
  if (profile.source === "store") {
    const longer = withOrder(world, holder, provider, [...order, id]);
    return { world: longer, notes: [`${which} also gets ${id}, which it would hide`] };
  }
  // Keys of the environment and the config have no place in an order: one that is new gives way to them.
  const earlier = holder === undefined ? configOrder(before, provider) : orderOf(before, holder, provider);
  if (earlier) return { world, notes: [] };
  const without = withOrder(world, holder, provider, undefined);
  return { world: without, notes: [`${which} goes: it would hide ${id}`] };
}

/** The order that counts for an agent, and whose it is; `undefined`: the config's. */
function effectiveOrder(world: World, agent: AgentId, provider: ProviderId) {
  const holder = [agent, MAIN_AGENT].find((each) => world.agents.get(each)?.order.has(provider));
  const order = holder === undefined ? configOrder(world, provider) : orderOf(world, holder, provider);
  return { holder, order };
}

const placeOf = (holder: AgentId | undefined, provider: ProviderId): string =>
  holder === undefined ? `auth.order.${provider}` : `the order of ${provider} in agent ${holder}`;

const orderOf = (world: World, agent: AgentId, provider: ProviderId): Order | undefined =>
  world.agents.get(agent)?.order.get(provider);

const configOrder = (world: World, provider: ProviderId): Order | undefined =>
  world.config.usable?.order.get(provider);

function withOrder(
  world: World,
  holder: AgentId | undefined,
  provider: ProviderId,
  ids: Order | undefined,
): World {
  if (holder === undefined) return withDocument(world, withConfigOrder(world.config.document, provider, ids));
  const agent = world.agents.get(holder)!;
  const order = new Map(agent.order);
  if (ids) order.set(provider, ids);
  else order.delete(provider);
  return withAgent(world, { ...agent, order });
}

function withConfigOrder(document: JsonObject, provider: ProviderId, ids: Order | undefined): JsonObject {
  const auth = isObject(document["auth"]) ? document["auth"] : {};
  const orders = isObject(auth["order"]) ? auth["order"] : {};
  const others = Object.entries(orders).filter(([key]) => key.trim().toLowerCase() !== provider);
  const entries = ids ? [...others, [provider, ids] as const] : others;
  const { order: _order, ...rest } = auth;
  if (entries.length === 0) return { ...document, auth: rest };
  return { ...document, auth: { ...auth, order: Object.fromEntries(entries) } };
}
