// The rows of `access_history`, one for each thing that a noted change altered.
import type { DatabaseSync } from "node:sqlite";
import type { ChangeNote } from "../core/history.ts";
import { changedAt } from "../core/history.ts";
import type { ProfileId } from "../core/ids.ts";
import { parseObject } from "../core/json.ts";
import { codecOf, isStandIn } from "./codec.ts";
import { entriesOf, forgettable, purgedItems } from "./history.ts";
import { tablesOf } from "./schema.ts";
import type { HistoryEntry, HistoryItem, StoredProfile } from "./store.ts";

interface Row {
  readonly seq: number;
  readonly entry: HistoryEntry;
}

/** What is remembered at `now`, oldest first. */
export function loadHistory(db: DatabaseSync, now: number): HistoryEntry[] {
  const entries = loadRows(db).map(({ entry }) => ({ ...entry, item: withoutStandIns(db, entry.item) }));
  const old = forgettable(entries, now);
  return entries.filter(({ change }) => !old.has(change));
}

/**
 * What was damaged in a sealed database is as good as purged.
 *
 * @throws AccessError `store_sealed`
 */
function withoutStandIns(db: DatabaseSync, item: HistoryItem): HistoryItem {
  if (!codecOf(db) || item.kind !== "profile" || !item.before?.credential) return item;
  const { credential, ...rest } = item.before;
  if (!Object.values(credential).some(isStandIn)) return item;
  codecOf(db)!.needKey();
  return { ...item, before: rest };
}

/** Adds what a change altered, and forgets what is beyond the limits. The caller holds a transaction. */
export function rememberItems(
  db: DatabaseSync,
  note: ChangeNote,
  items: readonly HistoryItem[],
  now: number,
): void {
  const insert = db.prepare(
    "INSERT INTO access_history (change_id, because, undoes_json, item_json, at) VALUES (?, ?, ?, ?, ?)",
  );
  const madeAt = changedAt(now, keptChanges(db).at(-1)?.at);
  for (const { change, because, undoes = [], item, at } of entriesOf(note, items, madeAt))
    insert.run(change, because, JSON.stringify(undoes), textOf(db, item), at);
  const remove = db.prepare("DELETE FROM access_history WHERE change_id = ?");
  for (const change of forgettable(keptChanges(db), now)) remove.run(change);
}

/** Takes former material out. Returns whether there was any. */
export function purgeHistory(
  db: DatabaseSync,
  ids: readonly ProfileId[],
  current: ReadonlyMap<ProfileId, StoredProfile>,
): boolean {
  const rows = loadRows(db);
  if (rows.length === 0) return false;
  const items = rows.map(({ entry }) => entry.item);
  const left = purgedItems(items, ids, current);
  const update = db.prepare("UPDATE access_history SET item_json = ? WHERE seq = ?");
  const altered = rows.flatMap(({ seq }, index) =>
    left[index] === items[index] ? [] : [{ seq, item: left[index] }],
  );
  for (const { seq, item } of altered) update.run(textOf(db, item!), seq);
  return altered.length > 0;
}

function textOf(db: DatabaseSync, item: HistoryItem): string {
  const codec = codecOf(db);
  return JSON.stringify(codec ? codec.history.close(item) : item);
}

function keptChanges(db: DatabaseSync): { change: string; at: number }[] {
  return db
    .prepare("SELECT change_id, at FROM access_history ORDER BY seq")
    .all()
    .map((row) => ({ change: String(row["change_id"]), at: Number(row["at"]) }));
}

function loadRows(db: DatabaseSync): Row[] {
  if (!tablesOf(db).has("access_history")) return [];
  const rows = db.prepare("SELECT * FROM access_history ORDER BY seq").all();
  const codec = codecOf(db);
  return rows.flatMap((row) => {
    const stored = parseItem(String(row["item_json"]));
    if (!stored) return [];
    const item = codec ? codec.history.open(stored) : stored;
    const undoes = parseIds(String(row["undoes_json"]));
    const note = { change: String(row["change_id"]), because: String(row["because"]) };
    const entry = { ...note, ...(undoes.length > 0 && { undoes }), at: Number(row["at"]), item };
    return [{ seq: Number(row["seq"]), entry }];
  });
}

/** A row that somebody damaged is passed over: what it held cannot be taken back. */
function parseItem(text: string): HistoryItem | undefined {
  const item = parseObject(text);
  const well = item?.["kind"] === "profile" || item?.["kind"] === "order";
  return well ? (item as unknown as HistoryItem) : undefined;
}

function parseIds(text: string): string[] {
  try {
    const ids: unknown = JSON.parse(text);
    return Array.isArray(ids) ? ids.map(String) : [];
  } catch {
    return [];
  }
}
