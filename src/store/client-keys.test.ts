import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import type { ClientKey } from "../core/client-key.ts";
import { NO_USE } from "../core/key-use.ts";
import { eventually } from "../../test/support/eventually.ts";
import type { ClientKeyStore } from "./client-keys.ts";
import { openClientKeyStore } from "./client-keys.ts";
import { openStoreInWorker } from "./worker.ts";

const key = (n: number, more: Partial<ClientKey> = {}): ClientKey => ({
  id: `id${n}`,
  name: `key ${n}`,
  digest: `digest${n}`,
  createdAt: n,
  limits: { requestsPerMinute: n },
  ...more,
});
const use = (requests: number) => ({ ...NO_USE, requests, inputTokens: 2 * requests, nanoDollars: 7 });

async function inFolder(body: (open: () => ClientKeyStore, folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "client-keys-"));
  const opened: ClientKeyStore[] = [];
  const open = () => {
    opened.push(openClientKeyStore(join(folder, "state")));
    return opened.at(-1)!;
  };
  try {
    await body(open, join(folder, "state"));
  } finally {
    await Promise.all(opened.map((store) => store.close()));
    rmSync(folder, { recursive: true, force: true });
  }
}

test("keys are kept as they were given, for their owner alone, and reading creates nothing", () =>
  inFolder(async (open, folder) => {
    const store = open();
    assert.deepEqual(await store.keys(), []);
    assert.deepEqual(await store.usage(), new Map());
    assert.equal(existsSync(folder), false);
    const full = key(2, { expiresAt: 9, revokedAt: 8, models: ["p/*"] });
    await store.update(() => [key(1), full]);
    assert.deepEqual(await open().keys(), [key(1), full]);
    for (const file of readdirSync(folder)) assert.equal(statSync(join(folder, file)).mode & 0o777, 0o600);
  }));

test("writers at the same time lose nothing, and a refused change writes nothing", () =>
  inFolder(async (open) => {
    const stores = [open(), open(), open()];
    const rounds = Array.from({ length: 8 }, (_, n) =>
      stores[n % 3]!.update((keys) => [key(10 + keys.length)]),
    );
    await Promise.all(rounds);
    assert.equal((await open().keys()).length, 8);
    const refused = stores[0]!.update(() => {
      throw new Error("refused");
    });
    await assert.rejects(refused, /refused/);
    assert.equal((await open().keys()).length, 8);
  }));

test("use of several processes adds up by day, month and in all; old days go", () =>
  inFolder(async (open) => {
    const [a, b] = [open(), open()];
    const change = (day: string, requests: number, lastUsedAt: number) => ({
      id: "id1",
      day,
      use: use(requests),
      lastUsedAt,
    });
    await a.addUse([change("2026-11-20", 1, 10), change("2026-11-21", 2, 20)]);
    const told = await b.addUse([change("2026-11-21", 3, 15)]);
    const usage = await a.usage();
    assert.deepEqual(told, usage);
    const { total, lastUsedAt, periods } = usage.get("id1")!;
    assert.equal(total.requests, 6);
    assert.equal(lastUsedAt, 20);
    assert.equal(periods.get("2026-11-21")!.requests, 5);
    assert.equal(periods.get("2026-11")!.requests, 6);
    const days = Array.from({ length: 100 }, (_, n) =>
      new Date(Date.UTC(2027, 0, 1 + n)).toISOString().slice(0, 10),
    );
    await a.addUse(days.map((day) => change(day, 1, 30)));
    const kept = [...(await a.usage()).get("id1")!.periods.keys()].filter((period) => period.length === 10);
    assert.equal(kept.length, 62);
    assert.equal((await a.usage()).get("id1")!.total.requests, 106);
  }));

test("the gateway's thread reads, adds up, and tells of changes", () =>
  inFolder(async (open, folder) => {
    const thread = openStoreInWorker({
      paths: { globalDir: folder, agentDatabase: () => join(folder, "agent.sqlite") },
      now: Date.now,
      thread: new URL("store-thread.ts", import.meta.url),
    });
    let told = 0;
    const stop = thread.clientKeys.watch(() => void told++);
    assert.deepEqual(await thread.clientKeys.keys(), []);
    await open().update(() => [key(1)]);
    await eventually(() => assert.ok(told > 0));
    assert.deepEqual(await thread.clientKeys.keys(), [key(1)]);
    const day = "2026-11-21";
    const sums = await thread.clientKeys.addUse([{ id: "id1", day, use: use(4), lastUsedAt: 5 }]);
    assert.equal(sums.get("id1")!.periods.get(day)!.requests, 4);
    assert.deepEqual(await thread.clientKeys.usage(), sums);
    stop();
    await thread.close();
  }));

test("a gateway's keys change in the store's thread, beside writers in other processes", () =>
  inFolder(async (open, folder) => {
    const thread = new URL("store-thread.ts", import.meta.url);
    const paths = { globalDir: folder, agentDatabase: () => join(folder, "agent.sqlite") };
    const services = openStoreInWorker({ paths, now: Date.now, thread });
    const other = open();
    const rounds = Array.from({ length: 8 }, (_, n) =>
      [services.clientKeys, other][n % 2]!.update((keys) => [key(10 + keys.length)]),
    );
    await Promise.all(rounds);
    assert.equal((await services.clientKeys.keys()).length, 8);
    await assert.rejects(
      services.clientKeys.update(() => {
        throw new Error("refused");
      }),
      /refused/,
    );
    assert.equal((await other.keys()).length, 8);
    await services.close();
  }));
