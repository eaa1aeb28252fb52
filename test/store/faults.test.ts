// Bad files and full disks: an error that names the file, and nothing lost (DESIGN, "Never broken" 4, 9).
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import type { ErrorCode } from "../../src/core/errors.ts";
import { AccessError } from "../../src/core/errors.ts";
import { openStoreInWorker } from "../../src/store/worker.ts";
import type { Store } from "../../src/store/store.ts";
import { apiKey, asOpenClaw, inHome, pathsIn, rowsOf } from "./home.ts";

const add = (store: Store, id = "openai:a") =>
  store.update("main", { profiles: [id] }, () => ({ profiles: new Map([[id, apiKey("1")]]) }));
const fails = (work: Promise<unknown>, code: ErrorCode, file: string) =>
  assert.rejects(work, (error) => {
    assert.ok(error instanceof AccessError, String(error));
    assert.equal(error.code, code);
    assert.ok(error.message.includes(file), error.message);
    return true;
  });

for (const [name, bytes] of [
  ["text", Buffer.from("this is no database\n".repeat(400))],
  ["a torn header", Buffer.concat([Buffer.from("SQLite format 3\0"), Buffer.alloc(5000, 0xff)])],
] as const) {
  test(`a database file that is ${name}: unreadable, and untouched`, () =>
    inHome(async ({ open, file, listing, folder }) => {
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, bytes);
      const store = open();
      await fails(store.read("main"), "store_unreadable", file);
      await fails(add(store), "store_unreadable", file);
      await fails(store.lease("main", "x", "me"), "store_unreadable", file);
      rmSync(join(folder, "state"), { recursive: true });
      assert.deepEqual(readFileSync(file), bytes);
      assert.equal(listing().filter((path) => path.includes("-wal")).length, 0);
    }));
}

test("a folder where the file should be, and a file where the folder should be", () =>
  inHome(async ({ open, file, folder }) => {
    const store = open();
    writeFileSync(join(folder, "agents"), "");
    assert.deepEqual((await store.read("main")).state.profiles, []);
    await fails(add(store), "store_unwritable", file);
    rmSync(join(folder, "agents"));
    mkdirSync(file, { recursive: true });
    await fails(store.read("main"), "store_unreadable", file);
    await fails(add(store), "store_unwritable", file);
  }));

test("a damaged install key: credentials are read with a warning, nothing is written", () =>
  inHome(async ({ open, file, folder }) => {
    asOpenClaw(file, { store: { version: 1, profiles: { "openai:a": apiKey("1") } } });
    mkdirSync(join(folder, "state"));
    writeFileSync(join(folder, "state", "access.key"), "short");
    const { state } = await open().read("main");
    assert.equal(state.profiles.length, 1);
    assert.match(state.warnings[0]!, /access\.key/);
    await fails(add(open(), "openai:b"), "store_unwritable", "access.key");
    assert.equal(Object.keys(rowsOf(file).store.profiles).length, 1);
  }));

test("a file that was replaced or deleted meanwhile is opened anew", () =>
  inHome(async ({ open, file, folder }) => {
    const store = open();
    await add(store);
    rmSync(join(folder, "agents"), { recursive: true });
    assert.deepEqual((await store.read("main")).state.profiles, []);
    await add(store, "openai:b");
    assert.deepEqual(Object.keys(rowsOf(file).store.profiles), ["openai:b"]);
  }));

const fillDisk = `
  import { openSqliteStore } from "./src/store/sqlite.ts";
  const folder = process.argv[1];
  const agentDatabase = (agent) => folder + "/agents/" + agent + "/agent/openclaw-agent.sqlite";
  const store = openSqliteStore({ paths: { globalDir: folder + "/state", agentDatabase }, now: Date.now });
  let fault;
  for (let n = 0; n < 50 && !fault; n++) {
    const id = "openai:" + n;
    const credential = { type: "api_key", provider: "openai", key: "sk-fake-" + "x".repeat(4000) };
    fault = await store
      .update("main", { profiles: [id] }, () => ({ profiles: new Map([[id, credential]]) }))
      .catch((error) => error);
    if (fault === true) { fault = undefined; console.log(id); }
  }
  console.log(fault.code + " " + fault.message);
`;

test("a full disk: the write fails as a whole, and what was acknowledged is there", () =>
  inHome(async ({ folder, file }) => {
    // The limit on file size plays the full disk: 512 blocks of 512 or 1024 bytes.
    const args = ["-c", 'ulimit -f 512; exec "$@"', "sh", process.execPath, "--input-type=module", "-e"];
    const run = spawnSync("sh", [...args, fillDisk, folder], { encoding: "utf8" });
    const lines = run.stdout.trim().split("\n");
    const fault = lines.pop()!;
    assert.match(fault, /^store_unwritable .*openclaw-agent\.sqlite/, run.stderr);
    assert.ok(lines.length > 0 && statSync(file).size > 0);
    assert.deepEqual(Object.keys(rowsOf(file).store.profiles), lines);
    const db = new DatabaseSync(file);
    assert.equal(db.prepare("PRAGMA integrity_check").get()?.["integrity_check"], "ok");
    db.close();
  }));

test("a removed secret stands in no file of the home", () =>
  inHome(async ({ open, listing }) => {
    const store = open();
    await add(store, "openai:keep");
    const secret = "sk-fake-to-be-forgotten";
    const credential = { type: "api_key", provider: "openai", key: secret } as const;
    const set = (value: typeof credential | null) => () => ({ profiles: new Map([["openai:a", value]]) });
    await store.update("main", { profiles: ["openai:a"] }, set(credential));
    const hasSecret = () =>
      listing().filter((line) => Buffer.from(line.split(" ")[1] ?? "", "base64").includes(secret));
    assert.notEqual(hasSecret().length, 0);
    await store.update("main", { profiles: ["openai:a"] }, set(null));
    assert.deepEqual(hasSecret(), []);
  }));

const internal = (error: unknown): boolean => error instanceof AccessError && error.code === "internal";

test("a store thread that cannot start fails what was asked, and close still ends", () =>
  inHome(async ({ folder }) => {
    const thread = new URL("file:///nowhere/store-thread.js");
    const store = openStoreInWorker({ paths: pathsIn(folder), now: Date.now, thread });
    await assert.rejects(store.read("main"), internal);
    await assert.rejects(store.read("main"), internal);
    await store.close();
  }));
