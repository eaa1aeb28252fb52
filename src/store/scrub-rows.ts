// Secrets that were moved elsewhere, taken out of rows that remember what was: the history of an agent's store, and the
// tables of a backup.
import type { DatabaseSync } from "node:sqlite";
import { parseObject } from "../core/json.ts";
import { isDamage, writeFault } from "./faults.ts";
import { readDatabase } from "./read-database.ts";
import { tablesOf } from "./schema.ts";
import type { HistoryItem } from "./store.ts";
import { openForWriting, patiently, transact } from "./write-database.ts";

type Holds = (text: string) => boolean;

interface Row {
  readonly seq: number;
  readonly text: string;
}

/** Purges former material that `holds` knows. A sealed database has none in plain text. @returns how many rows */
export async function scrubHistory(file: string, holds: Holds): Promise<number> {
  const found = await patiently(() => readDatabase(file, (db) => rowsHolding(db, holds).length));
  if (!found) return 0;
  return change(file, (db) => {
    const rows = rowsHolding(db, holds);
    const update = db.prepare("UPDATE access_history SET item_json = ? WHERE seq = ?");
    const remove = db.prepare("DELETE FROM access_history WHERE seq = ?");
    for (const { seq, text } of rows) {
      const purged = withoutFormer(text);
      if (purged === undefined || holds(purged)) remove.run(seq);
      else update.run(purged, seq);
    }
    return rows.length;
  });
}

function rowsHolding(db: DatabaseSync, holds: Holds): Row[] {
  if (!tablesOf(db).has("access_history")) return [];
  return db
    .prepare("SELECT seq, item_json FROM access_history")
    .all()
    .map((row) => ({ seq: Number(row["seq"]), text: String(row["item_json"]) }))
    .filter(({ text }) => holds(text));
}

function withoutFormer(text: string): string | undefined {
  const item = parseObject(text) as HistoryItem | undefined;
  if (item?.kind !== "profile" || !item.before) return undefined;
  const { type, generation } = item.before;
  return JSON.stringify({ ...item, before: { type, generation } });
}

/**
 * Every text of every table of a backup; what is no database stays as it is.
 *
 * @returns how many texts were changed
 */
export async function scrubBackup(
  file: string,
  redacted: (text: string) => string | undefined,
): Promise<number> {
  try {
    return await change(file, (db) =>
      [...tablesOf(db)].reduce((sum, table) => sum + scrubTable(db, table, redacted), 0),
    );
  } catch (error) {
    if (isDamage(error)) return 0;
    throw error;
  }
}

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

function scrubTable(db: DatabaseSync, table: string, redacted: (text: string) => string | undefined): number {
  const columns = db.prepare(`PRAGMA table_info(${quoted(table)})`).all();
  let changed = 0;
  for (const { name } of columns) {
    const column = quoted(String(name));
    const texts = db.prepare(`SELECT DISTINCT ${column} AS v FROM ${quoted(table)}`).all();
    const update = db.prepare(`UPDATE ${quoted(table)} SET ${column} = ? WHERE ${column} = ?`);
    for (const { v } of texts) {
      const next = typeof v === "string" ? redacted(v) : undefined;
      if (next === undefined) continue;
      update.run(next, v as string);
      changed++;
    }
  }
  return changed;
}

async function change<T>(file: string, work: (db: DatabaseSync) => T): Promise<T> {
  try {
    return await patiently(() => {
      const db = openForWriting(file);
      try {
        return transact(db, "FULL", () => work(db));
      } finally {
        db.close();
      }
    });
  } catch (error) {
    throw isDamage(error) ? error : writeFault(file, error);
  }
}
