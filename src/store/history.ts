// The history of an agent's credentials and orders: what a change adds to it, and what is purged. No SQL.
import type { ChangeNote } from "../core/history.ts";
import { outdated } from "../core/history.ts";
import type { ProfileId } from "../core/ids.ts";
import { hashRow } from "./draft.ts";
import { canonicalJson } from "./json.ts";
import type { Change, HistoryEntry, HistoryItem, LeftProfile, Slice, StoredProfile } from "./store.ts";

const MOST_ITEMS = 5000;

/** What a change altered: the touched values before and after it, those that differ. */
export function itemsOf(change: Change, before: Slice, after: Slice): HistoryItem[] {
  const purged = new Set(change.purge);
  const profiles = [...(change.profiles?.keys() ?? [])].flatMap((id) => {
    const [old, left] = [before.profiles.get(id), after.profiles.get(id)];
    if (canonicalJson(old?.credential ?? null) === canonicalJson(left?.credential ?? null)) return [];
    return [{ kind: "profile" as const, id, before: former(old, left, purged.has(id)), after: leftOf(left) }];
  });
  const orders = [...(change.order?.keys() ?? [])].flatMap((provider) => {
    const [old, left] = [before.order.get(provider) ?? null, after.order.get(provider) ?? null];
    if (JSON.stringify(old) === JSON.stringify(left)) return [];
    return [{ kind: "order" as const, provider, before: old, after: left }];
  });
  return [...profiles, ...orders];
}

/** A login that another one replaced may be spent, by a refresh above all: its material is not kept. */
function former(old: StoredProfile | undefined, left: StoredProfile | undefined, purged: boolean) {
  if (!old) return null;
  const { credential, generation } = old;
  const logins = credential.type === "oauth" && left?.credential.type === "oauth";
  const kept = !purged && !(logins && generation !== left.generation);
  return { type: credential.type, generation, ...(kept && { credential }) };
}

export function leftOf(profile: StoredProfile | undefined): LeftProfile | null {
  if (!profile) return null;
  const { credential, generation } = profile;
  const rest = Object.entries(credential).filter(([name]) => !MATERIAL.has(name));
  return { type: credential.type, generation, rest: hashRow(canonicalJson(Object.fromEntries(rest))) };
}

const MATERIAL: ReadonlySet<string> = new Set(["key", "keyRef", "token", "tokenRef", "access", "refresh"]);

/** Whether the profile is still what a change left. */
export function isAsLeft(left: LeftProfile | null, now: StoredProfile | undefined): boolean {
  return canonicalJson(left) === canonicalJson(leftOf(now));
}

/** The entries that a change adds. */
export const entriesOf = (note: ChangeNote, items: readonly HistoryItem[], at: number): HistoryEntry[] =>
  items.map((item) => ({ ...note, at, item }));

/** Changes beyond the limits. */
export function forgettable(entries: readonly Pick<HistoryEntry, "change" | "at">[], now: number) {
  const groups = [...Map.groupBy(entries, ({ change }) => change)];
  const changes = groups.map(([change, own]) => ({ change, at: own.at(-1)!.at, size: own.length }));
  return outdated(
    changes.toSorted((a, b) => a.at - b.at),
    MOST_ITEMS,
    now,
  );
}

/**
 * The items without the former material of `ids`, also where it stood under another id: a renamed profile
 * keeps its secret. An item that loses nothing is returned as it is.
 */
export function purgedItems(
  items: readonly HistoryItem[],
  ids: readonly ProfileId[],
  current: ReadonlyMap<ProfileId, StoredProfile>,
): HistoryItem[] {
  const named = new Set(ids);
  const generations = new Set(ids.flatMap((id) => current.get(id)?.generation ?? []));
  for (const item of items) {
    if (item.kind !== "profile" || !named.has(item.id)) continue;
    for (const side of [item.before, item.after]) if (side) generations.add(side.generation);
  }
  return items.map((item) => {
    if (item.kind !== "profile" || !item.before?.credential) return item;
    if (!generations.has(item.before.generation)) return item;
    const { type, generation } = item.before;
    return { ...item, before: { type, generation } };
  });
}
