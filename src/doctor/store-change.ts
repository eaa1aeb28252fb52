// The difference between two states of an agent, as an update of its store and as the update that takes it back.
import { isDeepStrictEqual } from "node:util";
import { AccessError } from "../core/errors.ts";
import type { Credential } from "../core/credential.ts";
import type { ProfileId, ProviderId } from "../core/ids.ts";
import type { Change, Slice, Touch } from "../store/store.ts";
import type { AgentWorld } from "./world.ts";

export interface StoreStep {
  readonly touch: Touch;
  /** @throws AccessError `config_conflict` when the store is not as it was looked at */
  readonly apply: (slice: Slice) => Change | undefined;
  /** The same the other way. @throws AccessError `config_conflict` when somebody changed it since */
  readonly undo: (slice: Slice) => Change | undefined;
}

/** `undefined` when there is no difference. Pure. */
export function storeStep(before: AgentWorld, after: AgentWorld): StoreStep | undefined {
  const stray = [...before.markers.keys()].filter((id) => !after.markers.has(id));
  const profiles = [
    ...new Set([
      ...changedKeys(before.profiles, after.profiles),
      ...changedKeys(before.health, after.health),
      ...stray,
    ]),
  ];
  const providers = [
    ...new Set([...changedKeys(before.order, after.order), ...changedKeys(before.lastGood, after.lastGood)]),
  ];
  if (profiles.length + providers.length === 0) return undefined;
  const touch = { profiles, providers };
  return {
    touch,
    apply: (slice) => towards(after, expectedAs(before, slice, touch, after), touch),
    undo: (slice) => towards(before, expectedAs(after, slice, touch, before), touch),
  };
}

const changedKeys = <K, V>(a: ReadonlyMap<K, V>, b: ReadonlyMap<K, V>): K[] =>
  [...new Set([...a.keys(), ...b.keys()])].filter((key) => !isDeepStrictEqual(a.get(key), b.get(key)));

/** Whether there is anything to do: not when the store is at `goal` already. A part of it may be there. */
function expectedAs(
  from: AgentWorld,
  slice: Slice,
  touch: Required<Omit<Touch, "facts">>,
  goal: AgentWorld,
): boolean {
  if (isAt([from], slice, touch)) return true;
  if (isAt([goal], slice, touch)) return false;
  if (isAt([from, goal], slice, touch)) return true;
  throw new AccessError(
    "config_conflict",
    `${from.database} was changed by another program meanwhile. Run the command again.`,
  );
}

/** Whether each value is that of one of `worlds`. Health moves while calls are made, so it proves nothing. */
const isAt = (
  worlds: readonly AgentWorld[],
  slice: Slice,
  { profiles, providers }: Required<Omit<Touch, "facts">>,
): boolean =>
  profiles.every((id) =>
    worlds.some((world) => isDeepStrictEqual(world.profiles.get(id), slice.profiles.get(id)?.credential)),
  ) &&
  providers.every((id) =>
    worlds.some((world) => isDeepStrictEqual(world.order.get(id), slice.order.get(id))),
  );

function towards(
  goal: AgentWorld,
  needed: boolean,
  { profiles, providers }: Required<Omit<Touch, "facts">>,
): Change | undefined {
  if (!needed) return undefined;
  const named = profiles.filter((id) => goal.profiles.has(id));
  return {
    profiles: new Map(profiles.map((id) => [id, goal.profiles.get(id) ?? markerIn(goal, id)])),
    order: pick(goal.order, providers),
    lastGood: pick(goal.lastGood, providers),
    health: new Map(
      named.flatMap((id) => (goal.health.has(id) ? [[id, goal.health.get(id)!] as const] : [])),
    ),
  };
}

/** Only taking a change back writes such an entry: the store has no word for it. */
function markerIn({ markers }: AgentWorld, id: ProfileId): Credential | null {
  const provider = markers.get(id);
  return provider === undefined ? null : ({ type: "aws-sdk", provider } as unknown as Credential);
}

const pick = <V>(map: ReadonlyMap<ProviderId, V>, keys: readonly ProviderId[]): Map<ProviderId, V | null> =>
  new Map(keys.map((key) => [key, map.get(key) ?? null]));
