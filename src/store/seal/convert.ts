// Sealing, opening and sealing anew one database: all of its secrets, in one transaction.
import type { DatabaseSync } from "node:sqlite";
import { AccessError } from "../../core/errors.ts";
import type { JsonObject } from "../../core/json.ts";
import { isObject, parseObject } from "../../core/json.ts";
import type { Codec } from "../codec.ts";
import { isStandIn } from "../codec.ts";
import { hashRow } from "../draft.ts";
import type { Written } from "../echo.ts";
import type { HistoryItem } from "../store.ts";
import { parseStoreRow } from "../store-row.ts";
import { tablesOf } from "../schema.ts";
import { hasSecrets } from "./fields.ts";
import { countChange, createSealedTable } from "./header.ts";
import { closeEntry, generationOfEntry } from "./sealed-row.ts";
import type { Keys } from "./values.ts";

/** How entries of the store row are sealed; absent where they are to lie in plain text. */
export interface To {
  readonly agent: string;
  readonly keys: Keys;
  readonly codec: Codec;
}

/**
 * The caller holds a transaction.
 *
 * @param from as the database is sealed now; absent when it is not
 * @returns how many profiles have secrets in it
 * @throws AccessError `store_unreadable` when something cannot be opened, or is no row that can be sealed
 */
export function convert(db: DatabaseSync, from: Codec | undefined, to: To | undefined, now: number): number {
  const sealed = convertStore(db, from, to, now);
  const tables = tablesOf(db);
  for (const each of ROWS) if (tables.has(each.table)) convertRows(db, each, from, to?.codec);
  return sealed;
}

const STORE = "SELECT store_json FROM auth_profile_store WHERE store_key = 'primary'";

function convertStore(db: DatabaseSync, from: Codec | undefined, to: To | undefined, now: number): number {
  const stored = tablesOf(db).has("auth_profile_store") ? db.prepare(STORE).get() : undefined;
  const text = stored && String(stored["store_json"]);
  const row = from ? from.load(undefined).row(text) : parseStoreRow(text);
  if (row.fault) throw new AccessError("store_unreadable", `${row.fault}. Repair or delete that row first.`);
  if (to) createSealedTable(db);
  if (from) db.exec("DELETE FROM access_sealed");
  const profiles = isObject(row.document["profiles"]) ? row.document["profiles"] : {};
  const put = to && db.prepare("INSERT INTO access_sealed VALUES (?, ?, ?, ?)");
  let count = 0;
  const entries = Object.entries(profiles).map(([id, entry]) => {
    if (isObject(entry) && Object.values(entry).some(isStandIn)) throw damaged(id);
    if (!hasSecrets(entry)) return [id, entry];
    count++;
    if (!to || !put) return [id, entry];
    const { stub, sealed } = closeEntry(id, entry, to.agent, to.keys, new Map());
    put.run(id, generationOfEntry(to.keys.install, id, entry), JSON.stringify(sealed), now);
    return [id, stub];
  });
  if (text === undefined) return 0;
  replaceRow(db, text, JSON.stringify({ ...row.document, profiles: Object.fromEntries(entries) }), now);
  if (to) countChange(db);
  return count;
}

/** The new text counts as what our last write left, where the old one did. */
function replaceRow(db: DatabaseSync, before: string, after: string, now: number): void {
  db.prepare("UPDATE auth_profile_store SET store_json = ?, updated_at = ? WHERE store_key = 'primary'").run(
    after,
    now,
  );
  const left = "UPDATE access_meta SET value = ? WHERE meta_key = 'store_row' AND value = ?";
  db.prepare(left).run(hashRow(after), hashRow(before));
}

const damaged = (id: string): AccessError =>
  new AccessError(
    "store_unreadable",
    `access_sealed: ${id} is damaged and cannot be opened. Store it again, or remove it with: openclaw models auth logout --profile-id ${id}`,
  );

/** One table of ours: its rows as values, and back. */
interface Rows {
  readonly table: string;
  readonly key: string;
  readonly column: string;
  /** The value without what cannot be opened any more; `undefined`: nothing is left of it. */
  readonly map: (row: Row, from: Codec | undefined, to: Codec | undefined) => object | undefined;
}
interface Row {
  readonly key: string | number;
  readonly provider: string;
  readonly value: JsonObject;
}

const ROWS: readonly Rows[] = [
  {
    table: "access_profiles",
    key: "profile_id",
    column: "written_json",
    map: ({ key, value }, from, to) => {
      const record = value as unknown as Written;
      const opened = from ? from.written.open(String(key), record) : record;
      if (hasStandIns(opened.credential)) return undefined;
      return to ? to.written.close(String(key), opened) : opened;
    },
  },
  {
    table: "access_history",
    key: "seq",
    column: "item_json",
    map: ({ value }, from, to) => {
      const item = value as unknown as HistoryItem;
      const opened = from ? from.history.open(item) : item;
      const kept =
        opened.kind === "profile" && hasStandIns(opened.before?.credential) ? purged(opened) : opened;
      return to ? to.history.close(kept) : kept;
    },
  },
  {
    table: "access_families",
    key: "id",
    column: "family_json",
    map: ({ provider, value }, from, to) => {
      const { newest, ...rest } = from ? from.family.open(provider, value) : (value as { newest?: never });
      const family = newest === undefined || hasStandIns(newest) ? rest : { newest, ...rest };
      return to ? to.family.close(provider, family) : family;
    },
  },
];

const hasStandIns = (fields: object | undefined): boolean =>
  fields !== undefined && Object.values(fields).some(isStandIn);

function purged(item: HistoryItem & { readonly kind: "profile" }): HistoryItem {
  const { type, generation } = item.before!;
  return { ...item, before: { type, generation } };
}

function convertRows(
  db: DatabaseSync,
  { table, key, column, map }: Rows,
  from: Codec | undefined,
  to: Codec | undefined,
): void {
  const provider = table === "access_families" ? "provider" : "''";
  const rows = db.prepare(`SELECT ${key} AS k, ${provider} AS p, ${column} AS v FROM ${table}`).all();
  const update = db.prepare(`UPDATE ${table} SET ${column} = ? WHERE ${key} = ?`);
  const remove = db.prepare(`DELETE FROM ${table} WHERE ${key} = ?`);
  for (const row of rows) {
    const at = row["k"] as string | number;
    const value = parseObject(String(row["v"]));
    // Text that nobody can read any more might still show a secret.
    const next = value && map({ key: at, provider: String(row["p"]), value }, from, to);
    if (next) update.run(JSON.stringify(next), at);
    else remove.run(at);
  }
}
