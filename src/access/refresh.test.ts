// The refresh engine on real stores, with a login server, clocks and faults of the test. Each test is a way to lose
// a login, or to spend its token twice.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { TestContext } from "node:test";
import { test } from "node:test";
import type { AuthProfile, OAuthCredential } from "../core/credential.ts";
import { AccessError } from "../core/errors.ts";
import { tokenOf } from "../store/families.ts";
import { openSqliteStore } from "../store/sqlite.ts";
import type { Store } from "../store/store.ts";
import type { RefresherOptions, RefreshStage } from "./refresh.ts";
import { Refresher } from "./refresh.ts";

const NOW = 1_800_000_000_000;
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

const login = (n: number, more: Partial<OAuthCredential> = {}): OAuthCredential => ({
  type: "oauth",
  provider: "p",
  access: `fake-access-${n}`,
  refresh: `fake-refresh-${n}`,
  expires: NOW,
  ...more,
});

interface Server {
  readonly asked: string[];
  dead: boolean;
  hold: Promise<void> | undefined;
  rotates: boolean;
  readonly request: NonNullable<RefresherOptions["request"]>;
}

/** Rotates, and ends the login when a spent token comes back. */
function loginServer(): Server {
  let generation = 0;
  const server: Server = {
    asked: [],
    dead: false,
    hold: undefined,
    rotates: true,
    request: async (_endpoint, grant) => {
      server.asked.push(grant["refresh_token"]!);
      await server.hold;
      const expected = `fake-refresh-${server.rotates ? generation : 0}`;
      if (grant["refresh_token"] !== expected) server.dead = true;
      if (server.dead) return { kind: "refused", code: "invalid_grant" };
      generation++;
      const refresh = server.rotates ? { refresh: `fake-refresh-${generation}` } : {};
      return { kind: "tokens", tokens: { access: `fake-access-${generation}`, ...refresh, expiresIn: 3600 } };
    },
  };
  return server;
}

interface World {
  readonly server: Server;
  readonly store: Store;
  clock: { now: number; machine: number };
  /** Another process would have its own. */
  refresher(more?: Partial<RefresherOptions>): Refresher;
  put(agent: string, profiles: Record<string, OAuthCredential>): Promise<unknown>;
  profile(agent?: string, id?: string): Promise<AuthProfile>;
  tokens(agent?: string, id?: string): Promise<OAuthCredential>;
  /** As OpenClaw does: the whole row, past us. */
  writeRow(agent: string, profiles: Record<string, OAuthCredential>): void;
  row(agent: string): Record<string, OAuthCredential>;
}

function world(t: TestContext): World {
  const folder = mkdtempSync(join(tmpdir(), "refresh-"));
  const file = (agent: string) => join(folder, "agents", agent, "agent", "openclaw-agent.sqlite");
  const clock = { now: NOW, machine: 0 };
  const machine = () => ({ boot: "this one", ms: clock.machine });
  const paths = { globalDir: join(folder, "state"), agentDatabase: file };
  const store = openSqliteStore({ paths, now: () => clock.now, machine });
  t.after(async () => {
    await store.close();
    rmSync(folder, { recursive: true });
  });
  const server = loginServer();
  const stored = async (agent: string, id: string) =>
    (await store.read(agent)).state.profiles.find((profile) => profile.id === id)!;
  const raw = <T>(agent: string, work: (db: DatabaseSync) => T): T => {
    const db = new DatabaseSync(file(agent));
    try {
      return work(db);
    } finally {
      db.close();
    }
  };
  return {
    server,
    store,
    clock,
    refresher: (more = {}) =>
      new Refresher({
        store: () => store,
        endpoint: () => ({ url: "http://127.0.0.1:9/token", encoding: "form" }),
        agents: () => ["main", "work"],
        now: () => clock.now,
        machine,
        request: server.request,
        ...more,
      }),
    put: (agent, profiles) =>
      store.update(agent, { profiles: Object.keys(profiles) }, () => ({
        profiles: new Map(Object.entries(profiles)),
      })),
    async profile(agent = "main", id = "p:ada") {
      const { generation } = await stored(agent, id);
      return { id, provider: "p", type: "oauth", source: "store", owner: agent, generation };
    },
    tokens: async (agent = "main", id = "p:ada") => (await stored(agent, id)).credential as OAuthCredential,
    writeRow: (agent, profiles) =>
      raw(agent, (db) =>
        db
          .prepare("INSERT OR REPLACE INTO auth_profile_store VALUES ('primary', ?, ?)")
          .run(JSON.stringify({ version: 1, profiles }), clock.now),
      ),
    row: (agent) =>
      raw(agent, (db) =>
        JSON.parse(String(db.prepare("SELECT * FROM auth_profile_store").get()!["store_json"])),
      )["profiles"],
  };
}

test("a login copied to another agent is one family: one refresh, and both rows get the new tokens", async (t) => {
  const { server, put, profile, refresher, row } = world(t);
  await put("main", { "p:ada": login(0) });
  await put("work", { "p:ada": login(0, { email: "ada@example.com" }), "p:twin": login(0) });
  const profiles = [await profile(), await profile("work"), await profile("work", "p:twin")];
  const [one, other] = [refresher(), refresher()];
  const results = await Promise.all(
    [...profiles, ...profiles].map((each, n) => (n % 2 ? one : other).refresh(each)),
  );
  assert.deepEqual(new Set(results.map(({ kind }) => kind)), new Set(["renewed"]));
  assert.deepEqual(server.asked, ["fake-refresh-0"]);
  assert.equal(row("main")["p:ada"]!.refresh, "fake-refresh-1");
  assert.deepEqual(
    [row("work")["p:ada"]!.refresh, row("work")["p:twin"]!.refresh, row("work")["p:ada"]!.email],
    ["fake-refresh-1", "fake-refresh-1", "ada@example.com"],
  );
});

test("1,000 callers that wait for one refresh all get the new token", async (t) => {
  const { server, put, profile, refresher, tokens } = world(t);
  await put("main", { "p:ada": login(0) });
  const held = Promise.withResolvers<void>();
  server.hold = held.promise;
  const engine = refresher();
  const ada = await profile();
  const callers = Array.from({ length: 1000 }, async () => {
    const { kind } = await engine.refresh(ada);
    return `${kind} ${(await tokens()).access}`;
  });
  held.resolve();
  assert.deepEqual(new Set(await Promise.all(callers)), new Set(["renewed fake-access-1"]));
  assert.equal(server.asked.length, 1);
});

test("an old row that OpenClaw writes back, or a backup brings, is no reason to send a spent token", async (t) => {
  const { server, put, profile, refresher, tokens, writeRow, row } = world(t);
  await put("main", { "p:ada": login(0) });
  await refresher().refresh(await profile());
  await refresher().refresh(await profile());
  for (const [agent, old] of [
    ["main", 0],
    ["main", 1],
    ["work", 0],
  ] as const) {
    if (agent === "work") await put("work", { "p:other": login(9) });
    writeRow(agent, { "p:ada": login(old) });
    assert.equal((await tokens(agent)).refresh, "fake-refresh-2");
    assert.equal(
      (await refresher().refresh({ ...(await profile(agent)), generation: "of old" })).kind,
      "renewed",
    );
    await put(agent, { "p:new": login(5) });
    assert.equal(row(agent)["p:ada"]!.refresh, "fake-refresh-2", "the next write repairs the row");
  }
  assert.deepEqual(server.asked, ["fake-refresh-0", "fake-refresh-1"]);
  assert.equal(server.dead, false);
});

test("an answer whose row became another login meanwhile is there when the row comes back", async (t) => {
  const { server, put, profile, refresher, tokens } = world(t);
  await put("main", { "p:ada": login(0) });
  const held = Promise.withResolvers<void>();
  server.hold = held.promise;
  const sent = Promise.withResolvers<void>();
  const onStage = (stage: RefreshStage) => void (stage === "sent" && sent.resolve());
  const running = refresher({ onStage }).refresh(await profile());
  await sent.promise;
  await put("main", { "p:ada": login(50) });
  held.resolve();
  await running;
  assert.equal((await tokens()).refresh, "fake-refresh-50", "the person's own login stays");
  await put("main", { "p:ada": login(0) });
  assert.equal((await tokens()).refresh, "fake-refresh-1");
  assert.equal((await refresher().refresh(await profile())).kind, "renewed");
  assert.deepEqual(server.asked, ["fake-refresh-0", "fake-refresh-1"]);
});

const unwritable = () =>
  Promise.reject(new AccessError("store_unwritable", "main.sqlite cannot be written (full)."));

for (const part of ["lease", "updateFamily"] as const)
  test(`a store that cannot be written (${part}): the token is not spent, and the message says why`, async (t) => {
    const { server, store, put, profile, refresher, tokens } = world(t);
    await put("main", { "p:ada": login(0) });
    const full = new Proxy(store, {
      get: (target, name) => (name === part ? unwritable : Reflect.get(target, name).bind(target)),
    });
    const result = await refresher({ store: () => full }).refresh(await profile());
    assert.equal(result.kind, "failed");
    assert.match("message" in result ? result.message : "", /cannot be written \(full\)/);
    assert.deepEqual(server.asked, []);
    assert.equal((await tokens()).refresh, "fake-refresh-0");
  });

test("a store that is full when the answer comes: the answer is kept, and stored once there is room", async (t) => {
  const { server, store, put, profile, refresher, tokens } = world(t);
  await put("main", { "p:ada": login(0) });
  let writes = 0;
  const full = new Proxy(store, {
    get: (target, name) =>
      name === "updateFamily" && ++writes > 1 && writes < 6
        ? unwritable
        : Reflect.get(target, name).bind(target),
  });
  assert.equal((await refresher({ store: () => full }).refresh(await profile())).kind, "renewed");
  assert.equal((await tokens()).refresh, "fake-refresh-1");
  assert.equal(server.asked.length, 1);
});

test("a refusal is asked for once, by whomever, until the login is another one or somebody says so", async (t) => {
  const { server, store, put, profile, refresher, tokens } = world(t);
  server.dead = true;
  await put("main", { "p:ada": login(7) });
  for (const engine of [refresher(), refresher(), refresher()]) {
    const result = await engine.refresh(await profile());
    assert.equal(result.kind, "login_needed");
    assert.match("message" in result ? result.message : "", /invalid_grant.*models auth login --provider p/);
  }
  assert.equal(server.asked.length, 1);
  assert.equal((await tokens()).refresh, "fake-refresh-7", "nothing is deleted");
  await store.updateFamily(tokenOf(login(7))!, () => ({ refused: null }));
  await refresher().refresh(await profile());
  assert.equal(server.asked.length, 2);
  await put("main", { "p:ada": login(7, { access: "fake-access-anew" }) });
  await refresher().refresh(await profile());
  assert.equal(server.asked.length, 3);
});

test("a refusal counts for nothing when somebody who knows no leases has won", async (t) => {
  const { server, put, profile, refresher, tokens, writeRow, store } = world(t);
  await put("main", { "p:ada": login(7) });
  const ada = await profile();
  const request: RefresherOptions["request"] = async (endpoint, grant) => {
    writeRow("main", { "p:ada": login(8) });
    return server.request(endpoint, grant);
  };
  assert.equal((await refresher({ request }).refresh(ada)).kind, "renewed");
  assert.equal((await tokens()).refresh, "fake-refresh-8");
  assert.equal((await store.read("main")).state.logins, undefined);
});

test("an owner that died while it asked: the old token is sent once more, by one of all", async (t) => {
  const { server, store, put, profile, refresher } = world(t);
  await put("main", { "p:ada": login(0) });
  const token = tokenOf(login(0))!;
  const { id } = await store.family(token);
  const lease = await store.lease("main", `refresh ${id}`, "dead");
  assert.ok("fence" in lease);
  await store.updateFamily(token, () => ({ intent: { owner: "dead", at: NOW, tries: 1 } }));
  await store.release("main", lease);
  const ada = await profile();
  const results = await Promise.all(Array.from({ length: 8 }, () => refresher().refresh(ada)));
  assert.deepEqual(new Set(results.map(({ kind }) => kind)), new Set(["renewed"]));
  assert.deepEqual(server.asked, ["fake-refresh-0"]);
  server.dead = true;
  await store.updateFamily(tokenOf(login(1))!, () => ({ intent: { owner: "dead", at: NOW, tries: 1 } }));
  const last = await refresher().refresh(await profile());
  assert.match("message" in last ? last.message : "", /invalid_grant; an earlier answer was lost/);
});

for (const jump of [DAY, -DAY])
  test(`a clock that jumps by ${jump / DAY} day spends no token, and keeps none too long`, async (t) => {
    const { server, clock, put, profile, refresher, store } = world(t);
    await put("main", { "p:ada": login(0) });
    await refresher().refresh(await profile());
    clock.now += jump;
    clock.machine += 1000;
    const facts = (await store.read("main")).state.logins?.get("p:ada");
    assert.equal(facts?.expiresAt, clock.now + HOUR - 1000, "told by the reader's clock");
    if (jump > 0) {
      const seen = { ...(await profile()), expiresAt: NOW + HOUR };
      for (let n = 0; n < 5; n++) assert.equal((await refresher().refresh(seen)).kind, "renewed");
      assert.equal(server.asked.length, 1);
    }
    clock.machine += HOUR;
    assert.equal((await refresher().refresh(await profile())).kind, "renewed");
    assert.equal(server.asked.length, 2);
  });

test("a provider that does not rotate: copies get the new access token, and nothing is spent", async (t) => {
  const { server, clock, put, profile, refresher, tokens, writeRow } = world(t);
  server.rotates = false;
  await put("main", { "p:ada": login(0) });
  await put("work", { "p:ada": login(0) });
  const [ada, copy] = [await profile(), await profile("work")];
  await refresher().refresh(ada);
  assert.equal((await tokens("work")).access, "fake-access-1");
  writeRow("work", { "p:ada": login(0) });
  assert.equal((await refresher().refresh(copy)).kind, "renewed");
  assert.equal((await tokens("work")).access, "fake-access-1");
  assert.equal(server.asked.length, 1);
  clock.now += HOUR;
  clock.machine += HOUR;
  await refresher().refresh(await profile());
  assert.deepEqual(server.asked, ["fake-refresh-0", "fake-refresh-0"]);
});

test("stages are told in their order; a refresh that finds nothing to do reaches none", async (t) => {
  const { put, profile, refresher } = world(t);
  await put("main", { "p:ada": login(0) });
  const stages: RefreshStage[] = [];
  const engine = refresher({ onStage: (stage) => stages.push(stage) });
  const ada = await profile();
  await engine.refresh(ada);
  await engine.refresh(ada);
  await engine.settled();
  assert.deepEqual(stages, ["leased", "intended", "sent", "answered", "committed", "published"]);
});

test("a login without refresh token, and one of a provider that has no login server here, ask for a login", async (t) => {
  const { server, put, profile, refresher } = world(t);
  await put("main", { "p:ada": { type: "oauth", provider: "p", access: "fake" }, "p:bob": login(0) });
  assert.equal((await refresher().refresh(await profile())).kind, "login_needed");
  const none = refresher({ endpoint: () => undefined });
  assert.equal((await none.refresh(await profile("main", "p:bob"))).kind, "login_needed");
  assert.deepEqual(server.asked, []);
});
