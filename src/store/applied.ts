// Which changes of which writer were applied: each counts once, however often it is sent.
import type { DatabaseSync } from "node:sqlite";
import type { HealthChange } from "./store.ts";

/** Writers that were silent for this long are forgotten: they number anew under a new name. */
const WRITER_KEPT_MS = 7 * 24 * 60 * 60 * 1000;

/** The changes that were not applied before; from now on they were. */
export function markApplied(db: DatabaseSync, changes: readonly HealthChange[], now: number): HealthChange[] {
  const highest = new Map<string, number>();
  const select = db.prepare("SELECT seq FROM access_applied WHERE writer = ?");
  const fresh = changes.filter(({ writer, seq }) => {
    const applied = highest.get(writer) ?? Number(select.get(writer)?.["seq"] ?? 0);
    highest.set(writer, Math.max(applied, seq));
    return seq > applied;
  });
  if (fresh.length === 0) return [];
  const upsert = db.prepare("INSERT OR REPLACE INTO access_applied VALUES (?, ?, ?)");
  for (const [writer, seq] of highest) upsert.run(writer, seq, now);
  db.prepare("DELETE FROM access_applied WHERE updated_at < ?").run(now - WRITER_KEPT_MS);
  return fresh;
}
