// Statements of databases that stay open: making one takes longer than running it.
import type { DatabaseSync, StatementSync } from "node:sqlite";

const made = new WeakMap<DatabaseSync, Map<string, StatementSync>>();

/** @param sql one of a few fixed texts: what is made is kept as long as the database is open */
export function statement(db: DatabaseSync, sql: string): StatementSync {
  let known = made.get(db);
  if (!known) made.set(db, (known = new Map()));
  let found = known.get(sql);
  if (!found) known.set(sql, (found = db.prepare(sql)));
  return found;
}
