import assert from "node:assert/strict";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import type { Receipt } from "../core/receipt.ts";
import type { ReceiptOptions } from "./receipts.ts";
import { openReceiptStore } from "./receipts.ts";

const receipt = (n: number): Receipt => ({
  runId: `run-${n}`,
  at: 1_800_000_000_000 + n,
  agent: "main",
  protocol: "openai-chat",
  requested: "openai/gpt",
  models: ["openai/gpt"],
  outcome: "ok",
  status: 200,
  durationMs: 10,
  attempts: [],
  candidates: [],
  leftOut: [],
});
const batch = (from: number, count: number): Receipt[] =>
  Array.from({ length: count }, (_, n) => receipt(from + n));

async function withReceipts(
  limits: Partial<ReceiptOptions>,
  body: (open: () => ReturnType<typeof openReceiptStore>, file: string) => Promise<void>,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "receipts-"));
  const file = join(folder, "state", "access.sqlite");
  try {
    await body(() => openReceiptStore({ file, ...limits }), file);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

test("receipts are found by id and as the last, also by another process's store", () =>
  withReceipts({}, async (open, file) => {
    const store = open();
    assert.equal(await store.find("last"), undefined);
    await store.append(batch(1, 3));
    await store.append([]);
    await store.append(batch(4, 1));
    for (const reader of [store, open()]) {
      assert.deepEqual(await reader.find("last"), receipt(4));
      assert.deepEqual(await reader.find("run-2"), receipt(2));
      assert.equal(await reader.find("run-9"), undefined);
    }
    await store.close();
    assert.deepEqual(await open().find("run-1"), receipt(1));
    assert.equal(statSync(file).mode & 0o777, 0o600);
  }));

test("the newest are listed newest first, and page by page", () =>
  withReceipts({}, async (open) => {
    const store = open();
    assert.deepEqual(await store.page({ limit: 10 }), { receipts: [] });
    await store.append(batch(1, 5));
    const first = await store.page({ limit: 2 });
    assert.deepEqual(first.receipts, [receipt(5), receipt(4)]);
    const second = await store.page({ limit: 2, cursor: first.next });
    assert.deepEqual(second.receipts, [receipt(3), receipt(2)]);
    assert.deepEqual(await open().page({ limit: 9, cursor: second.next }), { receipts: [receipt(1)] });
    assert.deepEqual(await open().page({ limit: 9, before: receipt(2).at }), { receipts: [receipt(1)] });
  }));

test("only those that are looked for are listed, however many lie between them", () =>
  withReceipts({}, async (open) => {
    const store = open();
    await store.append(
      batch(0, 11_000).map((one, n) => ({ ...one, outcome: n % 4000 === 0 ? "failed" : "ok" })),
    );
    const found: string[] = [];
    let cursor: number | undefined;
    do {
      const page = await store.page({ limit: 2, cursor, where: { outcome: "failed" } });
      found.push(...page.receipts.map(({ runId }) => runId));
      cursor = page.next;
    } while (cursor !== undefined);
    assert.deepEqual(found, ["run-8000", "run-4000", "run-0"]);
  }));

test("the newest rows are kept", () =>
  withReceipts({ mostRows: 100 }, async (open) => {
    const store = open();
    for (let n = 0; n < 500; n += 25) await store.append(batch(n, 25));
    assert.deepEqual(await store.find("run-400"), receipt(400));
    assert.equal(await store.find("run-399"), undefined);
    await store.close();
  }));

test("the newest bytes are kept, and a lower limit is reached step by step", () =>
  withReceipts({}, async (open, file) => {
    const first = open();
    await first.append(batch(0, 200));
    await first.close();
    const size = JSON.stringify(receipt(100)).length;
    const store = openReceiptStore({ file, mostBytes: 50 * size });
    for (let n = 200; n < 230; n++) await store.append([receipt(n)]);
    assert.ok(await store.find("run-185"));
    assert.equal(await store.find("run-170"), undefined);
    await store.close();
  }));
