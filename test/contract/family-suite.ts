// What every store keeps of token families (src/core/family.ts).
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { OAuthCredential } from "../../src/core/credential.ts";
import { AccessError } from "../../src/core/errors.ts";
import type { TokenSet } from "../../src/core/family.ts";
import { keeping } from "../../src/core/family.ts";
import type { HealthEvent } from "../../src/core/health.ts";
import type { RefreshToken, Store } from "../../src/store/store.ts";
import type { Engine, StoreHome } from "./engine.ts";
import { NOW } from "./engine.ts";

const login = (n: number, more: Partial<OAuthCredential> = {}): OAuthCredential => ({
  type: "oauth",
  provider: "p",
  access: `fake-access-${n}`,
  refresh: `fake-refresh-${n}`,
  expires: NOW + n,
  ...more,
});
const token = (n: number): RefreshToken => ({ provider: "p", refresh: `fake-refresh-${n}` });
const tokens = (n: number, more: Partial<TokenSet> = {}): TokenSet => ({
  access: `fake-access-${n}`,
  refresh: `fake-refresh-${n}`,
  expires: NOW + 3_600_000,
  lifetimeMs: 3_600_000,
  issued: { boot: "a", ms: 0 },
  ...more,
});

const put = (store: Store, agent: string, profiles: Record<string, OAuthCredential | null>) =>
  store.update(agent, { profiles: Object.keys(profiles) }, () => ({
    profiles: new Map(Object.entries(profiles)),
  }));
const rotate = (store: Store, from: number, to: number) =>
  store.updateFamily(token(from), (family) => keeping(family, tokens(to)));
const shown = async (store: Store, agent: string, id = "p:ada") => {
  const { state } = await store.read(agent);
  const credential = state.profiles.find((profile) => profile.id === id)?.credential as OAuthCredential;
  return { credential, facts: state.logins?.get(id) };
};

export function familySuite(engine: Engine): void {
  let home: StoreHome;
  let store: Store;
  let first = 0;
  /** Each test has tokens of its own. */
  const next = () => (first += 100);
  before(async () => {
    home = await engine.create(() => NOW);
    store = home.open();
  });
  after(async () => {
    await store.close();
    await home.remove();
  });

  test("an unknown token is a family of its own, and asking leaves no trace", async () => {
    const n = next();
    const family = await store.family(token(n));
    assert.deepEqual({ ...family, id: "" }, { id: "", spent: false });
    assert.deepEqual(await store.family(token(n)), family);
    assert.notEqual((await store.family({ ...token(n), provider: "q" })).id, family.id);
    assert.deepEqual(await store.updateFamily(token(n), () => undefined), family);
    assert.equal((await store.read("main")).state.logins, undefined);
  });

  test("a family keeps its id through rotations; every token but the newest is spent", async () => {
    const n = next();
    const { id } = await store.family(token(n));
    await rotate(store, n, n + 1);
    await rotate(store, n + 1, n + 2);
    const families = await Promise.all([0, 1, 2].map((step) => store.family(token(n + step))));
    assert.deepEqual(
      families.map((family) => [family.id, family.spent, family.newest?.refresh]),
      [true, true, false].map((spent) => [id, spent, `fake-refresh-${n + 2}`]),
    );
  });

  test("what main holds is renewed in the same transaction, under every name, with what lasts of its health", async () => {
    const n = next();
    await put(store, "main", { "p:ada": login(n, { email: "ada@example.com" }), "p:twin": login(n) });
    const { state } = await store.read("main");
    const generation = state.profiles.find(({ id }) => id === "p:ada")!.generation;
    const event = (kind: "rate_limit" | "auth"): HealthEvent => ({
      kind: "failure",
      model: "m",
      failure: { kind, scope: "account" },
      at: NOW,
    });
    const named = { agent: "main", profileId: "p:ada", provider: "p", generation, writer: `w${n}` };
    await store.applyHealth([
      { ...named, event: event("rate_limit"), seq: 1 },
      { ...named, event: event("auth"), seq: 2 },
    ]);
    await rotate(store, n, n + 1);
    const ada = await shown(store, "main");
    assert.deepEqual(ada.credential, { ...login(n + 1), email: "ada@example.com", expires: NOW + 3_600_000 });
    assert.equal((await shown(store, "main", "p:twin")).credential.refresh, `fake-refresh-${n + 1}`);
    const bars = (await store.read("main")).state.health.get("p:ada")?.bars;
    assert.deepEqual(
      bars?.map(({ reason }) => reason),
      ["rate_limit"],
    );
    await put(store, "main", { "p:ada": null, "p:twin": null });
  });

  test("a spent token in any agent reads as the newest, and stays so however often it is written", async () => {
    const n = next();
    await put(store, `w${n}`, { "p:ada": login(n, { email: "kept@example.com" }) });
    await rotate(store, n, n + 1);
    for (const old of [n, n]) {
      const { credential } = await shown(store, `w${n}`);
      assert.deepEqual(
        [credential.access, credential.refresh, credential.email],
        [`fake-access-${n + 1}`, `fake-refresh-${n + 1}`, "kept@example.com"],
      );
      await put(store, `w${n}`, { "p:ada": login(old, { email: "kept@example.com" }) });
    }
    const { state } = await store.read(`w${n}`);
    await store.update(`w${n}`, {}, () => ({}));
    const repaired = (await store.read(`w${n}`)).state.profiles[0]!;
    assert.equal(repaired.generation, state.profiles[0]!.generation);
    assert.equal((repaired.credential as OAuthCredential).refresh, `fake-refresh-${n + 1}`);
  });

  test("an answer is kept although its row is another login by now, and a late second answer changes nothing", async () => {
    const n = next();
    await put(store, "main", { "p:ada": login(n + 50) });
    await rotate(store, n, n + 1);
    assert.equal((await shown(store, "main")).credential.refresh, `fake-refresh-${n + 50}`);
    await rotate(store, n, n + 2);
    await put(store, "main", { "p:ada": login(n) });
    assert.equal((await shown(store, "main")).credential.refresh, `fake-refresh-${n + 1}`);
    await put(store, "main", { "p:ada": null });
  });

  test("a token that is not rotated is not spent", async () => {
    const n = next();
    await put(store, "main", { "p:ada": login(n) });
    const same = tokens(n + 1, { refresh: `fake-refresh-${n}` });
    await store.updateFamily(token(n), (family) => keeping(family, same));
    const family = await store.family(token(n));
    assert.deepEqual([family.spent, family.newest?.access], [false, `fake-access-${n + 1}`]);
    assert.equal((await shown(store, "main")).credential.access, `fake-access-${n + 1}`);
    await put(store, "main", { "p:ada": null });
  });

  test("a login that is removed leaves no tokens behind, and its spent ones stay spent", async () => {
    const n = next();
    await put(store, "main", { "p:ada": login(n), "p:bob": login(n + 50) });
    await rotate(store, n, n + 1);
    await rotate(store, n + 50, n + 51);
    await put(store, "main", { "p:ada": null });
    const families = await Promise.all([0, 1, 51].map((step) => store.family(token(n + step))));
    assert.deepEqual(
      families.map(({ spent, newest }) => [spent, newest?.refresh]),
      [
        [true, undefined],
        [false, undefined],
        [false, `fake-refresh-${n + 51}`],
      ],
    );
    await put(store, "main", { "p:bob": null });
  });

  test("a login that is removed keeps its newest tokens while another agent's old row stands for it", async () => {
    const n = next();
    const agent = `w${n}`;
    await put(store, "main", { "p:ada": login(n), "p:bob": login(n + 50) });
    await put(store, agent, { "p:ada": login(n) });
    await rotate(store, n, n + 1);
    await put(store, "main", { "p:ada": null });
    assert.equal((await shown(store, agent)).credential.refresh, `fake-refresh-${n + 1}`);
    await put(store, "main", { "p:bob": null });
    assert.equal((await shown(store, agent)).credential.refresh, `fake-refresh-${n + 1}`);
    await put(store, agent, { "p:ada": null });
    assert.equal((await store.family(token(n))).newest, undefined);
  });

  test("a refusal is of one generation, and is seen by all until that changes", async () => {
    const n = next();
    const agent = `w${n}`;
    await put(store, agent, { "p:ada": login(n) });
    const { generation } = (await store.read(agent)).state.profiles[0]!;
    const refused = { generation, code: "invalid_grant", at: NOW };
    await store.updateFamily(token(n), () => ({ refused }));
    const other = home.open();
    assert.deepEqual((await shown(other, agent)).facts?.needed, { code: "invalid_grant", at: NOW });
    await put(store, agent, { "p:ada": login(n, { access: "fake-other" }) });
    assert.equal((await shown(other, agent)).facts, undefined);
    await put(store, agent, { "p:ada": login(n) });
    await store.updateFamily(token(n), () => ({ refused: null }));
    assert.equal((await shown(other, agent)).facts, undefined);
    await other.close();
  });

  test("a spent token whose newest tokens are gone asks for a login", async () => {
    const n = next();
    await rotate(store, n, n + 1);
    await store.updateFamily(token(n + 1), () => ({ newest: null }));
    await put(store, `w${n}`, { "p:ada": login(n) });
    const { credential, facts } = await shown(store, `w${n}`);
    assert.equal(credential.refresh, `fake-refresh-${n}`);
    assert.match(facts?.needed?.code ?? "", /used before/);
  });

  test("no change of a family is lost, and what decide throws comes out with nothing written", async () => {
    const n = next();
    const clients = Array.from({ length: 3 }, () => home.open());
    const count = (client: Store) =>
      client.updateFamily(token(n), ({ intent }) => ({
        intent: { owner: "me", at: NOW, tries: (intent?.tries ?? 0) + 1 },
      }));
    await Promise.all(clients.flatMap((client) => Array.from({ length: 5 }, () => count(client))));
    assert.equal((await store.family(token(n))).intent?.tries, 15);
    const fault = new AccessError("internal", "no");
    const thrown = store.updateFamily(token(n), () => {
      throw fault;
    });
    await assert.rejects(thrown, (error) => error === fault);
    assert.equal((await store.family(token(n))).intent?.tries, 15);
    await Promise.all(clients.map((client) => client.close()));
  });

  test("a watcher of main hears of new tokens", async () => {
    const n = next();
    await put(store, "main", { "p:ada": login(n) });
    const watcher = home.open();
    const heard: string[] = [];
    const stop = watcher.watch(["main"], (agent) => heard.push(agent));
    await watcher.read("main");
    await rotate(store, n, n + 1);
    const giveUp = Date.now() + 60_000;
    while (heard.length === 0 && Date.now() < giveUp) await new Promise((done) => setTimeout(done, 20));
    assert.ok(heard.length > 0);
    stop();
    await watcher.close();
  });
}
