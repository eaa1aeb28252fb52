import assert from "node:assert/strict";
import { test } from "node:test";
import type { Receipt, ReceiptStore } from "../core/receipt.ts";
import { ReceiptWriter } from "./receipt-writer.ts";

const receipt = (at: number) => ({ runId: `run-${at}`, at }) as unknown as Receipt;

/** A store whose writes end when the test says so. */
function slowStore() {
  const writes: { readonly ats: number[]; readonly end: (error?: Error) => void }[] = [];
  const append = (receipts: readonly Receipt[]) =>
    new Promise<void>((resolve, reject) => {
      const end = (error?: Error) => (error ? reject(error) : resolve());
      writes.push({ ats: receipts.map(({ at }) => at), end });
    });
  return { writes, store: { append } as unknown as ReceiptStore };
}

const turn = () => new Promise(setImmediate);

test("while a write is slow, what comes waits, bounded, and goes with the next one in order", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const { writes, store } = slowStore();
  const errors: unknown[] = [];
  const writer = new ReceiptWriter(store, (error) => void errors.push(error));
  writer.add(receipt(0));
  t.mock.timers.tick(150);
  for (let at = 1; at <= 7000; at++) {
    if (at % 2 === 0) writer.add(receipt(at));
    else writer.addSuccess(() => receipt(at));
    if (at % 100 === 0) t.mock.timers.tick(150);
  }
  await turn();
  assert.deepEqual(
    writes.map(({ ats }) => ats),
    [[0]],
    "one write at a time",
  );
  writes[0]!.end(new Error("disk full"));
  await turn();
  assert.equal(writes.length, 2);
  const { ats } = writes[1]!;
  assert.deepEqual(
    ats,
    ats.toSorted((a, b) => a - b),
  );
  assert.equal(ats.filter((at) => at % 2 === 0).length, 3500);
  assert.equal(ats.filter((at) => at % 2 === 1).length, 1000, "of plain successes the newest");
  writes[1]!.end();
  await turn();
  assert.deepEqual(
    errors.map((error) => (error as Error | undefined)?.message),
    ["disk full", undefined],
  );
});

test("flush waits for what was added before it, also during a write", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const { writes, store } = slowStore();
  const writer = new ReceiptWriter(store, () => undefined);
  writer.add(receipt(1));
  t.mock.timers.tick(150);
  writer.addSuccess(() => receipt(2));
  let flushed = false;
  const flush = writer.flush().then(() => (flushed = true));
  writes[0]!.end();
  await turn();
  assert.deepEqual([flushed, writes[1]?.ats], [false, [2]]);
  writes[1]!.end();
  await flush;
  await writer.flush();
  assert.equal(writes.length, 2);
});
