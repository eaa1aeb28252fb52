// Named leases in `access_leases`: one owner at a time, a fence that rises with every new one.
import type { DatabaseSync } from "node:sqlite";
import type { MachineTime } from "../core/family.ts";
import { parseObject } from "../core/json.ts";
import type { ProcessIdentity } from "./process-identity.ts";
import { fateOf, parseProcessIdentity } from "./process-identity.ts";
import { tablesOf } from "./schema.ts";
import type { Lease } from "./store.ts";

/**
 * An owner that cannot be seen from here (another machine or container) loses its lease after it was watched for
 * this long. Longer than the hard deadline of the call it protects, and of the commit behind it.
 */
export const UNSEEN_OWNER_TERM_MS = 2 * 60 * 1000;
/** Free leases are forgotten after this long. */
const FREE_KEPT_MS = 30 * 24 * 60 * 60 * 1000;
const MOST_WATCHERS = 8;

interface Holder extends ProcessIdentity {
  /**
   * Since when others watch it, by the clock of each machine that nobody sets: no clock on a wall, here or there,
   * ends a lease early or keeps it for ever.
   */
  readonly watched?: Readonly<Record<string, number>>;
}

interface LeaseRow {
  readonly fence: number;
  /** `undefined` after a release */
  readonly owner: string | undefined;
  readonly holder: Holder | undefined;
}

export interface Applicant {
  readonly owner: string;
  readonly self: ProcessIdentity;
  readonly machine: MachineTime;
  /** ms since epoch, for the row alone */
  readonly now: number;
}

type Taken = Lease | { readonly heldBy: string };

/** Who holds it for certain, as a look tells that writes nothing: many may wait. */
export function heldFor(db: DatabaseSync, name: string, { owner, self }: Applicant): string | undefined {
  const row = tablesOf(db).has("access_leases") ? loadLease(db, name) : undefined;
  if (row?.owner === undefined || row.owner === owner || !row.holder) return undefined;
  return fateOf(row.holder, self) === "alive" ? row.owner : undefined;
}

/** Runs inside a write transaction, and writes when it gives a lease: that proves that the store can be written. */
export function takeLease(db: DatabaseSync, name: string, applicant: Applicant): Taken {
  const { owner, self, now } = applicant;
  const row = loadLease(db, name);
  const mine = row?.owner === owner && row.holder?.pid === self.pid && fateOf(row.holder, self) === "alive";
  if (row?.owner !== undefined && !mine && !isAbandoned(db, name, row, applicant))
    return { heldBy: row.owner };
  const fence = mine ? row.fence : (row?.fence ?? 0) + 1;
  db.prepare("INSERT OR REPLACE INTO access_leases VALUES (?, ?, ?, ?, ?)").run(
    name,
    fence,
    owner,
    JSON.stringify(self),
    now,
  );
  db.prepare("DELETE FROM access_leases WHERE owner IS NULL AND taken_at < ?").run(now - FREE_KEPT_MS);
  return { name, owner, fence };
}

/** The row stays, so that the fence goes on rising. */
export function giveBack(db: DatabaseSync, lease: Lease): void {
  db.prepare(
    "UPDATE access_leases SET owner = NULL, holder_json = NULL WHERE name = ? AND owner = ? AND fence = ?",
  ).run(lease.name, lease.owner, lease.fence);
}

/** Whether the owner is proven dead. One that cannot be seen is watched from now on. */
function isAbandoned(
  db: DatabaseSync,
  name: string,
  { holder }: LeaseRow,
  { self, machine }: Applicant,
): boolean {
  if (!holder) return true;
  const fate = fateOf(holder, self);
  if (fate !== "unknown") return fate === "dead";
  const since = holder.watched?.[machine.boot];
  if (since !== undefined && since <= machine.ms) return machine.ms - since >= UNSEEN_OWNER_TERM_MS;
  const others = Object.entries(holder.watched ?? {}).slice(1 - MOST_WATCHERS);
  const watched = Object.fromEntries([...others, [machine.boot, machine.ms]]);
  db.prepare("UPDATE access_leases SET holder_json = ? WHERE name = ?").run(
    JSON.stringify({ ...holder, watched }),
    name,
  );
  return false;
}

function loadLease(db: DatabaseSync, name: string): LeaseRow | undefined {
  const row = db.prepare("SELECT fence, owner, holder_json FROM access_leases WHERE name = ?").get(name);
  if (!row) return undefined;
  const { owner, holder_json: holder } = row;
  return {
    fence: Number(row["fence"]),
    owner: typeof owner === "string" ? owner : undefined,
    holder: typeof holder === "string" ? parseProcessIdentity(parseObject(holder)) : undefined,
  };
}
