// Named leases in `access_leases`: one owner at a time, a fence that rises with every new one.
import type { DatabaseSync } from "node:sqlite";
import { parseObject } from "../core/json.ts";
import type { ProcessIdentity } from "./process-identity.ts";
import { fateOf, parseProcessIdentity } from "./process-identity.ts";
import type { Lease } from "./store.ts";

/**
 * After this long a lease of an owner that cannot be seen from here (another machine or container) is
 * taken over. Longer than the hard deadline of the call it protects.
 */
export const UNSEEN_OWNER_TERM_MS = 5 * 60 * 1000;

interface LeaseRow {
  readonly fence: number;
  /** `undefined` after a release */
  readonly owner: string | undefined;
  readonly holder: ProcessIdentity | undefined;
  readonly takenAt: number;
}

/** Runs inside a write transaction, and always writes: a lease proves that the store can be written. */
export function takeLease(
  db: DatabaseSync,
  name: string,
  owner: string,
  self: ProcessIdentity,
  now: number,
): Lease | { readonly heldBy: string } {
  const row = loadLease(db, name);
  const mine = row?.owner === owner && row.holder?.pid === self.pid && fateOf(row.holder, self) === "alive";
  if (row?.owner !== undefined && !mine && !isAbandoned(row, self, now)) return { heldBy: row.owner };
  const fence = mine ? row.fence : (row?.fence ?? 0) + 1;
  db.prepare("INSERT OR REPLACE INTO access_leases VALUES (?, ?, ?, ?, ?)").run(
    name,
    fence,
    owner,
    JSON.stringify(self),
    now,
  );
  return { name, owner, fence };
}

/** The row stays, so that the fence goes on rising. */
export function giveBack(db: DatabaseSync, lease: Lease): void {
  db.prepare(
    "UPDATE access_leases SET owner = NULL, holder_json = NULL WHERE name = ? AND owner = ? AND fence = ?",
  ).run(lease.name, lease.owner, lease.fence);
}

function isAbandoned(row: LeaseRow, self: ProcessIdentity, now: number): boolean {
  const fate = row.holder ? fateOf(row.holder, self) : "unknown";
  return fate === "dead" || (fate === "unknown" && now - row.takenAt > UNSEEN_OWNER_TERM_MS);
}

function loadLease(db: DatabaseSync, name: string): LeaseRow | undefined {
  const row = db
    .prepare("SELECT fence, owner, holder_json, taken_at FROM access_leases WHERE name = ?")
    .get(name);
  if (!row) return undefined;
  const { owner, holder_json: holder } = row;
  return {
    fence: Number(row["fence"]),
    owner: typeof owner === "string" ? owner : undefined,
    holder: typeof holder === "string" ? parseProcessIdentity(parseObject(holder)) : undefined,
    takenAt: Number(row["taken_at"]),
  };
}
