// OpenClaw refreshes logins as well, and its answer goes into its row alone. The token it spent must not be sent
// again, wherever a copy of it turns up (DESIGN, "Never broken" 3 and 5, "State").
import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import type { OAuthCredential } from "../../src/core/credential.ts";
import type { Store } from "../../src/store/store.ts";
import { eventually } from "../support/eventually.ts";
import type { Home } from "./home.ts";
import { asOpenClaw, inHome, NOW, pathsIn, rowsOf } from "./home.ts";

const ID = "p:ada";
const HOUR = 3_600_000;

const login = (n: number, more: Partial<OAuthCredential> = {}): OAuthCredential => ({
  type: "oauth",
  provider: "p",
  access: `fake-access-${n}`,
  refresh: `fake-refresh-${n}`,
  expires: NOW + n * HOUR,
  ...more,
});

const put = (store: Store, credential: OAuthCredential, agent = "main", id = ID) =>
  store.update(agent, { profiles: [id] }, () => ({ profiles: new Map([[id, credential]]) }));

const rowWith = (credential: OAuthCredential) => ({ store: { version: 1, profiles: { [ID]: credential } } });

const anyWrite = (store: Store, agent = "main") =>
  store.update(agent, { providers: ["other"] }, () => ({
    order: new Map([["other", [`o:${Math.random()}`]]]),
  }));

async function shown(store: Store, agent = "main"): Promise<string | undefined> {
  const { state } = await store.read(agent);
  const credential = state.profiles.find(({ id }) => id === ID)?.credential;
  return credential?.type === "oauth" ? credential.refresh : undefined;
}

const isSpent = async (store: Store, n: number) =>
  (await store.family({ provider: "p", refresh: `fake-refresh-${n}` })).spent;

function ownTables(file: string): string[] {
  const db = new DatabaseSync(file, { readOnly: true });
  const rows = db.prepare("SELECT name FROM sqlite_schema WHERE name LIKE 'access_%'").all();
  db.close();
  return rows.map(({ name }) => String(name));
}

const fileOf = (home: Home, agent: string) => pathsIn(home.folder).agentDatabase(agent);

test("the row that OpenClaw renewed, and then wrote back as it was: the newest is used", () =>
  inHome(async (home) => {
    const store = home.open();
    await put(store, login(1));
    for (const n of [2, 3]) {
      asOpenClaw(home.file, rowWith(login(n)));
      assert.equal(await shown(store), `fake-refresh-${n}`, "theirs wins");
      await anyWrite(store);
    }
    for (const old of [1, 2]) {
      assert.equal(await isSpent(store, old), true);
      asOpenClaw(home.file, rowWith(login(old)));
      assert.equal(await shown(store), "fake-refresh-3");
    }
    await anyWrite(store);
    assert.equal(rowsOf(home.file).store.profiles[ID].refresh, "fake-refresh-3");
    assert.equal(await isSpent(store, 3), false);
  }));

test("copies of it in other agents, and under other names, read as the newest", () =>
  inHome(async (home) => {
    const store = home.open();
    await put(store, login(1, { email: "ada@example.com" }));
    await put(store, login(1), "main", "p:twin");
    await put(store, login(1), "work");
    const theirs = { [ID]: login(2, { email: "ada@example.com" }), "p:twin": login(1) };
    asOpenClaw(home.file, { store: { version: 1, profiles: theirs } });
    await anyWrite(store);
    assert.equal(await shown(store, "work"), "fake-refresh-2");
    const { state } = await store.read("main");
    const twin = state.profiles.find(({ id }) => id === "p:twin")!.credential as OAuthCredential;
    assert.equal(twin.refresh, "fake-refresh-2");
  }));

test("a login that OpenClaw renewed in another agent's file is joined as well", () =>
  inHome(async (home) => {
    const store = home.open();
    await put(store, login(1));
    await put(store, login(1), "work");
    asOpenClaw(fileOf(home, "work"), rowWith(login(2)));
    await anyWrite(store, "work");
    assert.equal(await isSpent(store, 1), true);
    assert.equal(await shown(store), "fake-refresh-2");
  }));

test("a family that was refreshed here goes on with what OpenClaw got", () =>
  inHome(async (home) => {
    const store = home.open();
    await put(store, login(1));
    const newest = { access: "fake-access-2", refresh: "fake-refresh-2", expires: NOW + 2 * HOUR };
    const issued = { boot: "b", ms: 0 };
    await store.updateFamily({ provider: "p", refresh: "fake-refresh-1" }, () => ({
      newest: { ...newest, lifetimeMs: HOUR, issued },
    }));
    asOpenClaw(home.file, rowWith(login(3)));
    await anyWrite(store);
    for (const old of [1, 2]) {
      const family = await store.family({ provider: "p", refresh: `fake-refresh-${old}` });
      assert.deepEqual([family.spent, family.newest?.refresh], [true, "fake-refresh-3"]);
    }
  }));

test("a refresh of the new token that is under way keeps its family, and takes the old one in", () =>
  inHome(async (home) => {
    const store = home.open();
    await put(store, login(1));
    await store.updateFamily({ provider: "p", refresh: "fake-refresh-1" }, () => ({
      refused: { generation: "some", code: "busy", at: NOW },
    }));
    const token = { provider: "p", refresh: "fake-refresh-2" };
    const intent = { owner: "somebody", at: NOW, tries: 1 };
    const before = await store.updateFamily(token, () => ({ intent }));
    asOpenClaw(home.file, rowWith(login(2)));
    await anyWrite(store);
    const after = await store.family(token);
    assert.deepEqual([after.id, after.intent, after.spent], [before.id, intent, false]);
    const old = await store.family({ provider: "p", refresh: "fake-refresh-1" });
    assert.deepEqual([old.id, old.spent, old.newest?.refresh], [before.id, true, "fake-refresh-2"]);
  }));

const others: [why: string, old: OAuthCredential, theirs: OAuthCredential][] = [
  ["another account", login(1, { accountId: "a" }), login(2, { accountId: "b" })],
  ["nobody says whose it is, and before it was known", login(1, { email: "ada@example.com" }), login(2)],
  ["it ends sooner", login(3), login(2)],
  ["no end", login(1), login(2, { expires: "soon" as never })],
  ["another provider", login(1), login(2, { provider: "q" })],
  ["the same refresh token", login(1), login(2, { refresh: "fake-refresh-1" })],
];
for (const [why, old, theirs] of others)
  test(`what OpenClaw put there is no renewal: ${why}`, () =>
    inHome(async (home) => {
      const store = home.open();
      await put(store, old);
      await put(store, old, "work");
      asOpenClaw(home.file, rowWith(theirs));
      await anyWrite(store);
      assert.equal((await store.family({ provider: "p", refresh: old.refresh! })).spent, false);
      assert.equal(await shown(store, "work"), old.refresh);
      assert.equal(await shown(store), theirs.refresh);
    }));

test("who watches remembers what passes by, also of logins that were never written here", () =>
  inHome(async (home) => {
    asOpenClaw(home.file, rowWith(login(1)));
    const store = home.open();
    let notices = 0;
    const stop = store.watch(["main"], () => notices++);
    await eventually(() => assert.ok(ownTables(home.file).includes("access_profiles")));
    asOpenClaw(home.file, rowWith(login(2)));
    await eventually(async () => assert.equal(await isSpent(store, 1), true));
    asOpenClaw(home.file, rowWith(login(1)));
    await eventually(() => assert.equal(rowsOf(home.file).store.profiles[ID].refresh, "fake-refresh-2"));
    assert.equal(await shown(store), "fake-refresh-2");
    stop();
    assert.ok(notices > 0);
  }));

test("who watches leaves a home without logins as it is", () =>
  inHome(async (home) => {
    const key = { type: "api_key", provider: "p", key: "fake" };
    asOpenClaw(home.file, { store: { version: 1, profiles: { [ID]: key } } });
    const store = home.open();
    const before = home.listing();
    let notices = 0;
    store.watch(["main", "none"], () => notices++);
    await new Promise((resolve) => setTimeout(resolve, 200));
    assert.deepEqual(home.listing(), before);
    asOpenClaw(home.file, { store: { version: 1, profiles: { [ID]: { ...key, key: "other" } } } });
    await eventually(() => assert.ok(notices > 0));
    assert.deepEqual(ownTables(home.file), []);
  }));

test("OpenClaw's own logout of a login that was only seen is no echo", () =>
  inHome(async (home) => {
    const store = home.open();
    asOpenClaw(home.file, rowWith(login(1)));
    await anyWrite(store);
    asOpenClaw(home.file, { store: { version: 1, profiles: {} } });
    assert.equal(await shown(store), undefined);
    await anyWrite(store);
    assert.equal(await shown(store), undefined);
    asOpenClaw(home.file, rowWith(login(4)));
    assert.equal(await shown(store), "fake-refresh-4");
  }));
