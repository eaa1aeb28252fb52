// The same for orders: OpenClaw may write back an `auth_profile_state` row that it remembered. Pure.
import type { ProfileId, ProviderId } from "../core/ids.ts";
import type { JsonObject } from "../core/json.ts";
import { isObject } from "../core/json.ts";

/** What we last did to the order of one provider. Kept in `access_meta`, by provider. */
export interface OrderWritten {
  /** `null`: we cleared it */
  readonly ids: readonly ProfileId[] | null;
  /** Orders that stood there before our writes, newest last; `null` for none. */
  readonly replaced: readonly (readonly ProfileId[] | null)[];
  /** ms since epoch */
  readonly writtenAt: number;
}

type Order = readonly ProfileId[] | null;

const REPLACED_KEPT = 8;
/** Bounded: the old order may be wanted back, and set with OpenClaw's own command. */
const ORDER_HOLDS_MS = 24 * 60 * 60 * 1000;

export const sameOrder = (a: Order, b: Order): boolean => JSON.stringify(a) === JSON.stringify(b);

export function recordOrder(
  ids: Order,
  before: Order,
  earlier: OrderWritten | undefined,
  now: number,
): OrderWritten {
  const replaced = [...(earlier?.replaced ?? []), before].filter((order) => !sameOrder(order, ids));
  return { ids, replaced: replaced.slice(-REPLACED_KEPT), writtenAt: now };
}

/** What the row's order is, given what we wrote last; see `judge` in echo.ts. */
export function judgeOrder(written: OrderWritten, seen: Order, now: number): "ours" | "echo" | "theirs" {
  if (sameOrder(seen, written.ids)) return "ours";
  const old = written.replaced.some((order) => sameOrder(order, seen));
  return old && now - written.writtenAt < ORDER_HOLDS_MS ? "echo" : "theirs";
}

/** The record once another program was seen writing a row with our order in it: what it sets now, it means. */
export const acknowledgedOrder = (written: OrderWritten): OrderWritten => ({ ...written, replaced: [] });

const isWritten = (value: unknown): value is OrderWritten =>
  isObject(value) &&
  Array.isArray(value["replaced"]) &&
  typeof value["writtenAt"] === "number" &&
  "ids" in value;

export const parseOrdersWritten = (document: JsonObject | undefined): Map<ProviderId, OrderWritten> =>
  new Map(
    Object.entries(document ?? {}).filter((entry): entry is [string, OrderWritten] => isWritten(entry[1])),
  );
