// Telling changes by others from what this store wrote itself.
import type { DatabaseSync } from "node:sqlite";

interface Seen {
  readonly db: DatabaseSync;
  readonly others: number;
  readonly ours: number;
}

/**
 * For one watch: whether a change of the file is more than health that this store wrote itself.
 *
 * @param open the connection to the file, if there is one
 * @param updates how often this store changed credentials or order
 */
export function newsOf(open: () => DatabaseSync | undefined, updates: () => number): () => boolean {
  let seen: Seen | undefined;
  return () => {
    const db = open();
    const others = db && commitsOfOthers(db);
    const before = seen;
    const ours = updates();
    seen = db && others !== undefined ? { db, others, ours } : undefined;
    return !seen || before?.db !== db || before?.others !== others || before?.ours !== ours;
  };
}

/** A number that moves with the commits of other connections only; `undefined` while it cannot be had. */
function commitsOfOthers(db: DatabaseSync): number | undefined {
  try {
    return Number(db.prepare("PRAGMA data_version").get()?.["data_version"]);
  } catch {
    return undefined;
  }
}
