// OpenClaw beside us: its rows are read, kept and projected to, and what it changes is told apart from
// what it reverts (DESIGN, "State"; fidelity spec §1.1, §9, §13).
import assert from "node:assert/strict";
import { mkdirSync, statSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import type { Credential } from "../../src/core/credential.ts";
import { AccessError } from "../../src/core/errors.ts";
import type { HealthEvent } from "../../src/core/health.ts";
import type { Store } from "../../src/store/store.ts";
import type { Home } from "./home.ts";
import { apiKey, asOpenClaw, inHome, NOW, rowsOf, textsOf } from "./home.ts";

const put = (store: Store, profiles: Record<string, Credential | null>) =>
  store.update("main", { profiles: Object.keys(profiles) }, () => ({
    profiles: new Map(Object.entries(profiles)),
  }));
const read = async (store: Store) => (await store.read("main")).state;
const keysOf = async (store: Store) =>
  Object.fromEntries(
    (await read(store)).profiles.map(({ id, credential }) => [id, "key" in credential && credential.key]),
  );

let seq = 0;
async function observe(store: Store, profileId: string, event: HealthEvent): Promise<void> {
  const profile = (await read(store)).profiles.find(({ id }) => id === profileId)!;
  const { generation, credential } = profile;
  const { provider } = credential;
  const change = { agent: "main", profileId, provider, generation, event, writer: "test", seq: ++seq };
  await store.applyHealth([change]);
}
const failed = (kind: "rate_limit" | "auth", model = "m1", at = NOW): HealthEvent => ({
  kind: "failure",
  model,
  failure: { kind, scope: kind === "auth" ? "account" : "model" },
  at,
});
const ok = (at = NOW): HealthEvent => ({ kind: "success", model: "m1", startedAt: at, at });

const mode = (path: string): string => (statSync(path).mode & 0o777).toString(8);

test("a new database has OpenClaw's layout and modes", () =>
  inHome(async ({ open, file, folder }) => {
    const store = open();
    await put(store, { "openai:a": apiKey("1") });
    await store.close();
    const db = new DatabaseSync(file, { readOnly: true });
    const pragma = (name: string) => Object.values(db.prepare(`PRAGMA ${name}`).get()!)[0];
    assert.deepEqual(
      [pragma("journal_mode"), pragma("user_version"), pragma("application_id")],
      ["wal", 1, 0],
    );
    const meta = db.prepare("SELECT * FROM schema_meta").all();
    assert.deepEqual(
      { ...meta[0] },
      {
        meta_key: "primary",
        role: "agent",
        schema_version: 1,
        agent_id: "main",
        app_version: null,
        created_at: NOW,
        updated_at: NOW,
      },
    );
    const columns = (table: string) =>
      db
        .prepare(`SELECT name, type, "notnull", pk FROM pragma_table_info('${table}')`)
        .all()
        .map((column) => Object.values(column).join(" "));
    assert.deepEqual(columns("auth_profile_store"), [
      "store_key TEXT 1 1",
      "store_json TEXT 1 0",
      "updated_at INTEGER 1 0",
    ]);
    assert.deepEqual(columns("auth_profile_state"), [
      "state_key TEXT 1 1",
      "state_json TEXT 1 0",
      "updated_at INTEGER 1 0",
    ]);
    assert.equal(columns("cache_entries").length, 6);
    db.close();
    assert.deepEqual(rowsOf(file).store, { version: 1, profiles: { "openai:a": apiKey("1") } });
    assert.equal(rowsOf(file).state, undefined);
    assert.deepEqual(
      [mode(file), mode(dirname(file)), mode(`${folder}/state/access.key`)],
      ["600", "700", "600"],
    );
  }));

test("an empty file and a database with the minimal tables are taken over", () =>
  inHome(async ({ open, file }) => {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, "");
    await put(open(), { "openai:a": apiKey("1") });
    assert.ok(rowsOf(file).store.profiles["openai:a"]);
  }).then(() =>
    inHome(async ({ open, file }) => {
      asOpenClaw(file, { store: { version: 1, profiles: { "openai:a": apiKey("1") } } });
      await put(open(), { "openai:b": apiKey("2") });
      assert.deepEqual(Object.keys(rowsOf(file).store.profiles), ["openai:a", "openai:b"]);
    }),
  ));

test("foreign tables, unknown keys and unusable entries survive", () =>
  inHome(async ({ open, file }) => {
    const odd = { "x:null": null, "x:text": "t", "x:aws": { type: "aws-sdk", provider: "amazon-bedrock" } };
    const a = { ...apiKey("1"), metadata: { team: 1 }, copyToAgents: false };
    const usage = { errorCount: 0, theirs: "kept" };
    asOpenClaw(file, {
      store: { version: 1, profiles: { ...odd, "openai:a": a }, theirs: [1] },
      state: { version: 1, usageStats: { "openai:a": usage, "other:x": { lastUsed: 5 } }, theirs: { x: 1 } },
    });
    const db = new DatabaseSync(file);
    db.exec("CREATE TABLE memory_index_meta (k TEXT); INSERT INTO memory_index_meta VALUES ('kept')");
    db.close();
    const store = open();
    const { profiles, warnings } = await read(store);
    assert.deepEqual(
      profiles.map(({ id }) => id),
      ["openai:a"],
    );
    assert.equal(warnings.length, 3);
    assert.ok(warnings.every((warning) => warning.startsWith(`${file}: `)));
    await put(store, { "openai:b": apiKey("2") });
    await observe(store, "openai:a", failed("auth"));
    const rows = rowsOf(file);
    assert.deepEqual(rows.store, {
      version: 1,
      profiles: { ...odd, "openai:a": a, "openai:b": apiKey("2") },
      theirs: [1],
    });
    assert.deepEqual(rows.state, {
      version: 1,
      usageStats: {
        "openai:a": {
          theirs: "kept",
          cooldownUntil: NOW + 30_000,
          cooldownReason: "auth",
          failureCounts: { auth: 1 },
          lastFailureAt: NOW,
          errorCount: 1,
        },
        "other:x": { lastUsed: 5 },
      },
      theirs: { x: 1 },
    });
    await put(store, { "x:null": null });
    assert.deepEqual(Object.keys(rowsOf(file).store.profiles), ["x:text", "x:aws", "openai:a", "openai:b"]);
    const again = new DatabaseSync(file);
    assert.equal(again.prepare("SELECT k FROM memory_index_meta").get()?.["k"], "kept");
    again.close();
  }));

test("success is projected as OpenClaw writes it; env: and config: ids never are", () =>
  inHome(async ({ open, file }) => {
    const store = open();
    await put(store, { "openai:a": apiKey("1") });
    await observe(store, "openai:a", failed("auth"));
    await observe(store, "openai:a", ok(NOW + 9));
    const change = { agent: "main", provider: "openai", generation: "g", event: ok(), writer: "env", seq: 1 };
    await store.applyHealth([{ ...change, profileId: "env:OPENAI_API_KEY#1" }]);
    assert.deepEqual(rowsOf(file).state, {
      version: 1,
      lastGood: { openai: "openai:a" },
      usageStats: { "openai:a": { lastUsed: NOW + 9, lastFailureAt: NOW, errorCount: 0 } },
    });
    assert.ok((await read(store)).health.has("env:OPENAI_API_KEY#1"));
  }));

test("the state row goes with its last field", () =>
  inHome(async ({ open, file }) => {
    const store = open();
    await put(store, { "openai:a": apiKey("1") });
    await observe(store, "openai:a", ok());
    assert.ok(rowsOf(file).state);
    await put(store, { "openai:a": null });
    assert.equal(rowsOf(file).state, undefined);
    assert.deepEqual(rowsOf(file).store, { version: 1, profiles: {} });
  }));

test("health of a home that only OpenClaw wrote is read from its row, and settled on", () =>
  inHome(async ({ open, file }) => {
    const usage = {
      cooldownUntil: NOW + 60_000,
      cooldownReason: "auth",
      errorCount: 1,
      lastFailureAt: NOW - 1,
    };
    asOpenClaw(file, {
      store: { version: 1, profiles: { "openai:a": apiKey("1"), "openai:b": apiKey("2") } },
      state: { version: 1, usageStats: { "openai:a": usage, "openai:b": { cooldownUntil: "later" } } },
    });
    const store = open();
    const { health } = await read(store);
    assert.equal(health.get("openai:a")?.bars[0]?.until, NOW + 60_000);
    assert.deepEqual(health.get("openai:b")?.bars, []);
    await observe(store, "openai:b", ok());
    await observe(store, "openai:a", failed("auth"));
    assert.equal((await read(store)).health.get("openai:a")?.errorCount, 2);
    assert.equal(rowsOf(file).state.usageStats["openai:a"].cooldownUntil, NOW + 60_000);
  }));

test("what OpenClaw changes in the projection is evidence, seen at once and kept", () =>
  inHome(async ({ open, file }) => {
    const store = open();
    await put(store, { "openai:a": apiKey("1"), "openai:b": apiKey("2") });
    await observe(store, "openai:a", failed("rate_limit", "m1"));
    await observe(store, "openai:a", failed("rate_limit", "m2"));
    await observe(store, "openai:b", ok());
    const { state } = rowsOf(file);
    state.usageStats["openai:b"] = { errorCount: 1, disabledUntil: NOW + 1e7, disabledReason: "billing" };
    asOpenClaw(file, { state });
    const bars = async (id: string) => (await read(store)).health.get(id)?.bars.map(({ scope }) => scope);
    assert.deepEqual([await bars("openai:a"), await bars("openai:b")], [["m1", "m2"], ["*"]]);
    await observe(store, "openai:a", failed("rate_limit", "m3"));
    assert.deepEqual(await bars("openai:b"), ["*"]);
    const cleared = rowsOf(file).state;
    delete cleared.usageStats["openai:a"];
    asOpenClaw(file, { state: cleared });
    assert.deepEqual([await bars("openai:a"), await bars("openai:b")], [[], ["*"]]);
    asOpenClaw(file, { state: null });
    assert.deepEqual(await bars("openai:b"), []);
  }));

test("a credential that somebody else replaced starts clean", () =>
  inHome(async ({ open, file }) => {
    const store = open();
    await put(store, { "openai:a": apiKey("1") });
    await observe(store, "openai:a", failed("auth"));
    asOpenClaw(file, { store: { version: 1, profiles: { "openai:a": apiKey("theirs") } } });
    assert.equal((await read(store)).health.get("openai:a"), undefined);
    assert.deepEqual(await keysOf(store), { "openai:a": "sk-fake-theirs" });
    await put(store, { "openai:b": apiKey("2") });
    assert.equal(rowsOf(file).state, undefined);
    assert.deepEqual(await keysOf(store), { "openai:a": "sk-fake-theirs", "openai:b": "sk-fake-2" });
  }));

/** A home where OpenClaw knows `old`, and we have written since. */
async function afterOurWrite(home: Home, profiles: Record<string, Credential | null>) {
  const old = { version: 1, profiles: { "openai:a": apiKey("1"), "openai:b": apiKey("2") } };
  asOpenClaw(home.file, { store: old });
  const store = home.open();
  await put(store, profiles);
  return { old, store };
}

test("an old copy written back over our newer login: ours is shown, and the next write repairs the row", () =>
  inHome(async (home) => {
    const { old, store } = await afterOurWrite(home, { "openai:a": apiKey("new"), "openai:c": apiKey("3") });
    asOpenClaw(home.file, { store: old });
    const shown = { "openai:a": "sk-fake-new", "openai:b": "sk-fake-2", "openai:c": "sk-fake-3" };
    assert.deepEqual(await keysOf(store), shown);
    assert.equal((await read(store)).warnings.length, 2);
    assert.deepEqual(rowsOf(home.file).store, old);
    await observe(store, "openai:b", ok());
    assert.deepEqual(rowsOf(home.file).store.profiles, {
      "openai:a": apiKey("new"),
      "openai:b": apiKey("2"),
      "openai:c": apiKey("3"),
    });
    assert.deepEqual((await read(store)).warnings, []);
  }));

test("an old state row written back over our newer order: ours is shown, and the next write repairs the row", () =>
  inHome(async (home) => {
    const { store } = await afterOurWrite(home, {});
    const orderOf = async () => (await read(store)).order.get("openai");
    const setOrder = (ids: string[] | null) =>
      store.update("main", { providers: ["openai"] }, () => ({ order: new Map([["openai", ids]]) }));
    await setOrder(["openai:a", "openai:b"]);
    const old = rowsOf(home.file).state;
    await setOrder(["openai:b", "openai:a"]);
    asOpenClaw(home.file, { state: old });
    assert.deepEqual(await orderOf(), ["openai:b", "openai:a"]);
    assert.match((await read(store)).warnings.join(), /old order of openai/);
    await observe(store, "openai:b", ok());
    assert.deepEqual(rowsOf(home.file).state.order, { openai: ["openai:b", "openai:a"] });
    assert.deepEqual((await read(store)).warnings, []);

    // Now the other program has seen ours: what it sets, it means.
    asOpenClaw(home.file, { state: { ...rowsOf(home.file).state, lastGood: { openai: "openai:a" } } });
    await observe(store, "openai:b", ok());
    asOpenClaw(home.file, { state: { ...rowsOf(home.file).state, order: old.order } });
    assert.deepEqual(await orderOf(), ["openai:a", "openai:b"]);

    await setOrder(["openai:b"]);
    asOpenClaw(home.file, { state: { version: 1, order: { openai: ["openai:a"] } } });
    assert.deepEqual(await orderOf(), ["openai:a"], "an order that we never replaced is theirs");
    await setOrder(null);
    assert.equal(await orderOf(), undefined);
  }));

test("deletions by others stand: of what was there before us, and of a whole provider", () =>
  inHome(async (home) => {
    const { store } = await afterOurWrite(home, { "openai:a": apiKey("new"), "openai:c": apiKey("3") });
    asOpenClaw(home.file, { store: { version: 1, profiles: {} } });
    assert.deepEqual(await keysOf(store), {});
    await put(store, { "google:x": apiKey("4", "google") });
    assert.deepEqual(Object.keys(rowsOf(home.file).store.profiles), ["google:x"]);
  }));

test("a profile that another program had seen and then left out is deleted", () =>
  inHome(async (home) => {
    const { old, store } = await afterOurWrite(home, { "openai:c": apiKey("3") });
    const seen = { ...old.profiles, "openai:c": apiKey("3"), "openai:d": apiKey("4") };
    asOpenClaw(home.file, { store: { version: 1, profiles: seen } });
    await observe(store, "openai:b", ok());
    asOpenClaw(home.file, { store: old });
    assert.deepEqual(Object.keys(await keysOf(store)), ["openai:a", "openai:b"]);
  }));

test("a profile removed here does not come back with an old copy, but does when added anew", () =>
  inHome(async (home) => {
    const { old, store } = await afterOurWrite(home, { "openai:a": null });
    asOpenClaw(home.file, { store: old });
    assert.deepEqual(Object.keys(await keysOf(store)), ["openai:b"]);
    assert.match((await read(store)).warnings[0]!, /openai:a/);
    asOpenClaw(home.file, { store: { version: 1, profiles: { "openai:a": apiKey("anew") } } });
    assert.deepEqual(await keysOf(store), { "openai:a": "sk-fake-anew" });
    const later = home.open(() => NOW + 25 * 3_600_000);
    asOpenClaw(home.file, { store: old });
    assert.deepEqual(Object.keys(await keysOf(later)), ["openai:a", "openai:b"]);
  }));

const refused = (error: unknown): boolean =>
  error instanceof AccessError && error.code === "store_unreadable";
const order = () => ({ order: new Map([["openai", ["openai:a"]]]) });

test("rows that are no JSON: an empty view with a warning, and never written over", () =>
  inHome(async ({ open, file }) => {
    asOpenClaw(file, { store: "{broken", state: "also broken" });
    const store = open();
    const { profiles, warnings } = await read(store);
    assert.deepEqual(profiles, []);
    assert.equal(warnings.length, 2);
    await assert.rejects(put(store, { "openai:a": apiKey("1") }), refused);
    await assert.rejects(store.update("main", { providers: ["openai"] }, order), refused);
    const change = { agent: "main", provider: "openai", generation: "g", event: ok(), writer: "w", seq: 1 };
    await store.applyHealth([{ ...change, profileId: "env:OPENAI_API_KEY#1" }]);
    assert.deepEqual(textsOf(file), ["{broken", "also broken"]);
    asOpenClaw(file, { store: { version: 1, profiles: {} } });
    await put(store, { "openai:a": apiKey("1") });
    assert.deepEqual(textsOf(file)[1], "also broken");
  }));
