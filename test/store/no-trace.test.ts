// Reads write nothing (DESIGN, "Never broken" 6).
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, copyFileSync, cpSync, existsSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import { openReceiptStore } from "../../src/store/receipts.ts";
import { apiKey, asOpenClaw, inHome } from "./home.ts";

const store = { version: 1, profiles: { "openai:a": apiKey("1") } };

test("an empty home stays empty", () =>
  inHome(async ({ open, listing, folder }) => {
    const reader = open();
    const receipts = openReceiptStore({ file: join(folder, "state", "access.sqlite") });
    await reader.read("main");
    assert.equal(await receipts.find("last"), undefined);
    assert.equal(await reader.update("main", { profiles: ["openai:a"] }, () => undefined), false);
    const [profileId, generation] = ["openai:none", "g"];
    const event = { kind: "retry", at: 1 } as const;
    await reader.applyHealth([
      { agent: "main", profileId, provider: "openai", generation, event, writer: "w", seq: 1 },
    ]);
    await reader.close();
    await receipts.close();
    assert.deepEqual(listing(), []);
  }));

test("a database without -wal keeps its bytes and gets no neighbours", () =>
  inHome(async ({ open, file, listing }) => {
    asOpenClaw(file, { store, state: { version: 1, usageStats: { "openai:a": { errorCount: 1 } } } });
    const before = listing();
    const { state } = await open().read("main");
    assert.equal(state.profiles.length, 1);
    assert.deepEqual(listing(), before);
  }));

test("an empty file reads as an empty store and stays empty", () =>
  inHome(async ({ open, file, listing }) => {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, "");
    const before = listing();
    assert.deepEqual((await open().read("main")).state.profiles, []);
    assert.deepEqual(listing(), before);
  }));

/** Leaves the newest rows in a `-wal`, as a program that is running does. */
function withWal(file: string): void {
  const draft = `${file}.draft`;
  asOpenClaw(draft, { store: { version: 1, profiles: {} } });
  const db = new DatabaseSync(draft);
  db.prepare("UPDATE auth_profile_store SET store_json = ?").run(JSON.stringify(store));
  copyFileSync(draft, file);
  copyFileSync(`${draft}-wal`, `${file}-wal`);
  db.close();
}

test("rows that stand in a -wal only are seen", () =>
  inHome(async ({ open, file, listing }) => {
    mkdirSync(dirname(file), { recursive: true });
    withWal(file);
    const before = listing();
    assert.equal((await open().read("main")).state.profiles[0]?.id, "openai:a");
    assert.deepEqual(listing(), before);
  }));

test("rows that a running program committed are seen, and its sidecars stay", () =>
  inHome(async ({ open, file }) => {
    asOpenClaw(file, { store: { version: 1, profiles: {} } });
    const running = new DatabaseSync(file);
    running.prepare("UPDATE auth_profile_store SET store_json = ?").run(JSON.stringify(store));
    assert.equal((await open().read("main")).state.profiles[0]?.id, "openai:a");
    assert.ok(existsSync(`${file}-wal`));
    running.close();
    assert.ok(!existsSync(`${file}-wal`));
  }));

test("behind a link, the -wal stands beside the real file", () =>
  inHome(async ({ open, file, folder }) => {
    mkdirSync(dirname(file), { recursive: true });
    const real = join(folder, "real.sqlite");
    withWal(real);
    symlinkSync(real, file);
    assert.equal((await open().read("main")).state.profiles[0]?.id, "openai:a");
  }));

const reader = `
  import { openSqliteStore } from "./src/store/sqlite.ts";
  const folder = process.argv[1];
  const agentDatabase = (agent) => folder + "/agents/" + agent + "/agent/openclaw-agent.sqlite";
  const store = openSqliteStore({ paths: { globalDir: folder + "/state", agentDatabase }, now: Date.now });
  const reading = await store.read("main");
  const update = () => ({ profiles: new Map([["openai:b", { type: "api_key", provider: "openai" }]]) });
  const fault = await store.update("main", { profiles: ["openai:b"] }, update).catch((error) => error);
  console.log(JSON.stringify([reading.state.profiles.map(({ id }) => id), fault.code, fault.message]));
`;

/** A user who may not write; root may, so it becomes nobody. */
const nobody = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};

for (const wal of [false, true]) {
  test(`a folder that forbids writing, ${wal ? "with" : "without"} -wal: read, not written, no trace`, (context) =>
    inHome(async ({ folder, file, listing }) => {
      // The sources go along: another user may not reach the checkout.
      cpSync("src", join(folder, "src"), { recursive: true });
      writeFileSync(join(folder, "package.json"), '{"type":"module"}');
      mkdirSync(dirname(file), { recursive: true });
      if (wal) withWal(file);
      else asOpenClaw(file, { store });
      for (const path of [file, `${file}-wal`]) if (existsSync(path)) chmodSync(path, 0o444);
      for (const path of [dirname(file), folder]) chmodSync(path, 0o555);
      const before = listing();
      const run = spawnSync(process.execPath, ["--input-type=module", "-e", reader, folder], {
        cwd: folder,
        encoding: "utf8",
        env: { TMPDIR: "/tmp" },
        ...nobody,
      });
      if (run.error) return context.skip("no other user to run as");
      const after = listing();
      for (const path of [dirname(file), folder]) chmodSync(path, 0o755);
      const [ids, code, message] = JSON.parse(run.stdout || `["${run.stderr}"]`);
      assert.deepEqual(ids, ["openai:a"]);
      assert.equal(code, "store_unwritable");
      assert.match(message, /openclaw-agent\.sqlite|access\.key/);
      assert.deepEqual(after, before);
    }));
}
