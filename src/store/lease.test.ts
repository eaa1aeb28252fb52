// Leases whose owners are dead, alive, or cannot be seen. No clock on a wall counts.
import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import { giveBack, heldFor, takeLease, UNSEEN_OWNER_TERM_MS } from "./lease.ts";
import type { ProcessIdentity } from "./process-identity.ts";
import { thisProcess } from "./process-identity.ts";
import { ensureSchema } from "./schema.ts";

const NOW = 1_800_000_000_000;
const DAY = 24 * 60 * 60_000;
const self = thisProcess();
const elsewhere: ProcessIdentity = { pid: 7, host: "another", bootId: "b", startTime: "1" };

function database(): DatabaseSync {
  const db = new DatabaseSync(":memory:");
  ensureSchema(db, "main", NOW);
  return db;
}

const take = (
  db: DatabaseSync,
  owner: string,
  { who = self, now = NOW, ms = 0, boot = self.bootId ?? "here" } = {},
) => takeLease(db, "refresh", { owner, self: who, machine: { boot, ms }, now });

test("a live owner keeps its lease, however long it takes and whatever the clocks say", () => {
  const db = database();
  take(db, "one");
  assert.deepEqual(take(db, "two", { now: NOW + DAY, ms: 10 * UNSEEN_OWNER_TERM_MS }), { heldBy: "one" });
  assert.deepEqual(take(db, "two", { now: NOW - DAY }), { heldBy: "one" });
});

test("an owner of an earlier boot, or whose pid is another process by now, is dead", () => {
  for (const dead of [
    { ...self, bootId: "an earlier one" },
    { ...self, startTime: "1" },
  ]) {
    const db = database();
    take(db, "one", { who: dead });
    assert.ok("fence" in take(db, "two"));
  }
});

test("an owner on another machine is watched for its term, by a clock that nobody sets", () => {
  const db = database();
  take(db, "one", { who: elsewhere, now: NOW + DAY });
  assert.deepEqual(take(db, "two", { ms: 1000, now: NOW + 2 * DAY }), { heldBy: "one" });
  assert.deepEqual(take(db, "two", { ms: 999 + UNSEEN_OWNER_TERM_MS, now: NOW + 9 * DAY }), {
    heldBy: "one",
  });
  const taken = take(db, "two", { ms: 1000 + UNSEEN_OWNER_TERM_MS, now: NOW - DAY });
  assert.deepEqual(taken, { name: "refresh", owner: "two", fence: 2 });
});

test("who watches from several machines each counts on its own; a new owner is watched anew", () => {
  const db = database();
  take(db, "one", { who: elsewhere });
  for (let n = 0; n < 20; n++) take(db, "two", { boot: `boot${n}`, ms: n });
  const late = { boot: "boot19", ms: 19 + UNSEEN_OWNER_TERM_MS };
  assert.ok("fence" in take(db, "three", { ...late, who: { ...elsewhere, pid: 8 } }));
  assert.deepEqual(take(db, "four", { ...late, boot: "boot18" }), { heldBy: "three" });
  // That machine started anew, and names itself alike.
  assert.deepEqual(take(db, "four", { boot: "boot18", ms: 0 }), { heldBy: "three" });
});

test("a look tells who holds it for certain, and writes nothing", () => {
  const db = database();
  const looker = { owner: "two", self, machine: { boot: "here", ms: 0 }, now: NOW };
  assert.equal(heldFor(new DatabaseSync(":memory:"), "refresh", looker), undefined);
  assert.equal(heldFor(db, "refresh", looker), undefined);
  const lease = take(db, "one");
  assert.equal(heldFor(db, "refresh", looker), "one");
  assert.equal(heldFor(db, "refresh", { ...looker, owner: "one" }), undefined);
  assert.ok("fence" in lease);
  giveBack(db, lease);
  assert.equal(heldFor(db, "refresh", looker), undefined);
  take(db, "one", { who: elsewhere });
  assert.equal(heldFor(db, "refresh", looker), undefined, "whoever cannot be seen is to be watched");
});

test("free leases are forgotten in time", () => {
  const db = database();
  const lease = take(db, "one");
  assert.ok("fence" in lease);
  giveBack(db, lease);
  takeLease(db, "another", { owner: "x", self, machine: { boot: "b", ms: 0 }, now: NOW + 31 * DAY });
  assert.equal(db.prepare("SELECT count(*) AS n FROM access_leases").get()?.["n"], 1);
});
