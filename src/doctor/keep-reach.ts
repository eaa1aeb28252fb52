// An explicit order is exact. Where a repair makes one, joins two or adds profiles beside one, credentials that
// were used before could fall out of it; they are appended.
import type { AuthProfile } from "../core/credential.ts";
import type { AgentId, ProfileId, ProviderId } from "../core/ids.ts";
import { MAIN_AGENT } from "../core/ids.ts";
import type { JsonObject } from "../core/json.ts";
import { isObject } from "../core/json.ts";
import type { UsableSet } from "./usable.ts";
import { keyOf, plansOf } from "./usable.ts";
import type { World } from "./world.ts";
import { withAgent, withDocument } from "./world.ts";

type Order = readonly ProfileId[];

/** `after` with its orders extended by what was usable `before` and fell out of them. Pure. */
export function keepReach(before: World, usableBefore: UsableSet, after: World): World {
  let world = after;
  // Each round gives every agent back what one order hid; an agent has two orders above its own.
  for (let round = 0; round < 3; round++) {
    const hidden = plansOf(world).flatMap(({ agent, prepared }) =>
      [...prepared.excluded.values()]
        .flat()
        .filter((profile) => usableBefore.has(keyOf(agent, profile)))
        .map((profile) => ({ agent, profile })),
    );
    if (hidden.length === 0) return world;
    for (const { agent, profile } of hidden) world = readmitted(before, world, agent, profile);
  }
  return world;
}

function readmitted(before: World, world: World, agent: AgentId, profile: AuthProfile): World {
  const { provider, id } = profile;
  const holder = [agent, MAIN_AGENT].find((each) => world.agents.get(each)?.order.has(provider));
  const order = holder === undefined ? configOrder(world, provider) : orderOf(world, holder, provider);
  if (!order || order.includes(id)) return world;
  if (profile.source === "store") return withOrder(world, holder, provider, [...order, id]);
  // Keys of the environment and the config have no place in an order: one that is new gives way to them.
  const earlier = holder === undefined ? configOrder(before, provider) : orderOf(before, holder, provider);
  return earlier ? world : withOrder(world, holder, provider, undefined);
}

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
  const order = Object.fromEntries(ids ? [...others, [provider, ids]] : others);
  return { ...document, auth: { ...auth, order } };
}
