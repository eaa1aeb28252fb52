import assert from "node:assert/strict";
import { test } from "node:test";
import type { KeyUse } from "../core/key-use.ts";
import { addUse, NANO, NO_USE } from "../core/key-use.ts";
import type { KeyUsage, KeyUseChange } from "../store/client-keys.ts";
import { crossedOn, Crossings } from "./crossings.ts";

const MIDNIGHT = Date.UTC(2026, 10, 22);
const dollars = (amount: number): KeyUse => ({ ...NO_USE, requests: 1, nanoDollars: amount * NANO });

/** A table that several processes write to. */
class Table {
  readonly #periods = new Map<string, Map<string, KeyUse>>();
  broken = false;

  async usage(): Promise<ReadonlyMap<string, KeyUsage>> {
    return new Map([...this.#periods].map(([id, periods]) => [id, { total: NO_USE, periods }]));
  }

  async addUse(changes: readonly KeyUseChange[]): Promise<ReadonlyMap<string, KeyUsage>> {
    if (this.broken) throw new Error("the disk is full");
    for (const { id, day, use } of changes) {
      const periods = new Map(this.#periods.get(id));
      periods.set(day, addUse(periods.get(day) ?? NO_USE, use));
      this.#periods.set(id, periods);
    }
    return this.usage();
  }
}

test("a budget closes when it is spent, by whichever process, and opens the next day", async () => {
  let now = MIDNIGHT - 1000;
  const table = new Table();
  const [one, other] = [0, 1].map(
    () =>
      new Crossings(
        table,
        () => now,
        () => {},
      ),
  );
  const rule = { maxPerDay: 3 };
  const gate = one!.gate(rule)!;
  assert.equal(one!.gate(rule), gate);
  one!.settle(0, dollars(1));
  other!.settle(0, dollars(1));
  assert.equal(gate.closed, undefined);
  await other!.flush();
  one!.settle(0, dollars(1));
  await one!.flush();
  assert.deepEqual([gate.closed, gate.until], ["crossing_budget", MIDNIGHT]);
  assert.equal((await crossedOn(table, now)).nanoDollars, 3 * NANO);
  const restarted = new Crossings(
    table,
    () => now,
    () => {},
  );
  await restarted.start();
  assert.equal(restarted.gate(rule)!.closed, "crossing_budget");
  now = MIDNIGHT;
  assert.equal(gate.closed, undefined);
});

test("a budget that only calls under way use up is told to open in a moment, not at midnight", () => {
  const noon = MIDNIGHT - 12 * 3_600_000;
  const crossings = new Crossings(
    new Table(),
    () => noon,
    () => {},
  );
  const gate = crossings.gate({ maxPerDay: 1 })!;
  crossings.reserve(2 * NANO);
  assert.deepEqual([gate.closed, gate.until], ["crossing_budget", noon + 1000]);
  crossings.settle(2 * NANO, dollars(1));
  assert.deepEqual([gate.closed, gate.until], ["crossing_budget", MIDNIGHT]);
});

test("the output of a call is thought to be that of the calls before it", () => {
  const crossings = new Crossings(
    new Table(),
    () => MIDNIGHT,
    () => {},
  );
  assert.equal(crossings.usualOutputTokens, 500);
  for (let i = 0; i < 5; i++) crossings.settle(0, { ...dollars(1), outputTokens: 2000 });
  assert.equal(crossings.usualOutputTokens, 2000);
});

test("the clock goes back a day and on again: each day has its own sum", () => {
  let now = MIDNIGHT + 1;
  const crossings = new Crossings(
    new Table(),
    () => now,
    () => {},
  );
  crossings.settle(0, dollars(1));
  now = MIDNIGHT - 1;
  assert.equal(crossings.today().nanoDollars, 0);
  crossings.settle(0, dollars(2));
  assert.equal(crossings.today().nanoDollars, 2 * NANO);
  now = MIDNIGHT + 2;
  assert.equal(crossings.today().nanoDollars, NANO);
});

test("calls under way count as what they may cost; money that cannot be written is kept and counts", async () => {
  const table = new Table();
  const errors: unknown[] = [];
  const crossings = new Crossings(
    table,
    () => MIDNIGHT,
    (error) => error && errors.push(error),
  );
  const gate = crossings.gate({ maxPerDay: 1 })!;
  crossings.reserve(NANO);
  assert.equal(gate.closed, "crossing_budget");
  crossings.settle(NANO);
  assert.equal(gate.closed, undefined);
  table.broken = true;
  crossings.settle(0, dollars(2));
  await crossings.flush();
  assert.equal(errors.length, 1);
  assert.equal(gate.closed, "crossing_budget");
  table.broken = false;
  await crossings.flush();
  assert.equal((await crossedOn(table, MIDNIGHT)).nanoDollars, 2 * NANO);
  assert.equal(crossings.today().nanoDollars, 2 * NANO);
});

test("`allow` needs no gate, `never` is closed for good", () => {
  const crossings = new Crossings(
    new Table(),
    () => 0,
    () => {},
  );
  assert.equal(crossings.gate("allow"), undefined);
  assert.deepEqual(crossings.gate("never"), { closed: "crossing_never" });
});
