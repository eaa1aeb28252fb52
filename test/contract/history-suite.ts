// What every store remembers of noted changes, and what it forgets (src/store/store.ts, `history`).
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Credential } from "../../src/core/credential.ts";
import { HISTORY_KEPT_MS, MOST_CHANGES } from "../../src/core/history.ts";
import type { Change, HistoryItem, Store } from "../../src/store/store.ts";
import type { Engine, StoreHome } from "./engine.ts";
import { key, NOW } from "./engine.ts";

const note = (change: string, undoes?: string[]) => ({
  change,
  because: "models test",
  ...(undoes && { undoes }),
});

const putNoted = (store: Store, agent: string, change: string, profiles: Record<string, Credential | null>) =>
  store.update(
    agent,
    { profiles: Object.keys(profiles) },
    () => ({ profiles: new Map(Object.entries(profiles)) }),
    note(change),
  );

const purging =
  (ids: string[], more: Change = {}): (() => Change) =>
  () => ({ ...more, purge: ids });

/** `id: before -> after` of profiles, by secret or by what is left to tell. */
function told(item: HistoryItem): string {
  if (item.kind === "order") return `${item.provider}: ${item.before} -> ${item.after}`;
  const { credential } = item.before ?? {};
  const secret = credential && (credential as { key?: string }).key;
  const was = item.before === null ? "none" : (secret ?? "purged");
  return `${item.id}: ${was} -> ${item.after === null ? "none" : item.after.type}`;
}

export function historySuite(engine: Engine): void {
  let home: StoreHome;
  let store: Store;
  let now = NOW;
  let agents = 0;
  const agent = () => `history${++agents}`;
  const tell = async (a: string) =>
    (await store.history(a)).map(({ change, item }) => `${change} ${told(item)}`);
  before(async () => {
    home = await engine.create(() => now);
    store = home.open();
  });
  after(async () => {
    await store.close();
    await home.remove();
  });

  test("changes are told in the order they were made, whatever the clock read", async () => {
    const a = agent();
    for (const [index, step] of [5, 0, 0].entries()) {
      now = NOW + step;
      await putNoted(store, a, `c${index}`, { [`openai:${index}`]: key("1") });
    }
    now = NOW;
    const times = (await store.history(a)).map(({ at }) => at);
    assert.deepEqual(times, [NOW + 5, NOW + 6, NOW + 7]);
  });

  test("a noted change is remembered with what stood there before; others are not", async () => {
    const a = agent();
    assert.deepEqual(await store.history(a), []);
    await putNoted(store, a, "c1", { "openai:a": key("1"), "openai:b": key("2") });
    await store.update(a, { profiles: ["openai:c"] }, () => ({
      profiles: new Map([["openai:c", key("3")]]),
    }));
    await putNoted(store, a, "c2", { "openai:a": key("9"), "openai:b": key("2"), "openai:c": null });
    const order = new Map([["openai", ["openai:a"]]]);
    await store.update(a, { providers: ["openai"] }, () => ({ order }), note("c3", ["c1"]));
    assert.deepEqual(await tell(a), [
      "c1 openai:a: none -> api_key",
      "c1 openai:b: none -> api_key",
      "c2 openai:a: sk-fake-1 -> api_key",
      "c2 openai:c: sk-fake-3 -> none",
      "c3 openai: null -> openai:a",
    ]);
    const last = (await store.history(a)).at(-1)!;
    assert.deepEqual([last.undoes, last.because, last.at], [["c1"], "models test", NOW + 2]);
  });

  test("a change of nothing, or one that is refused, is not remembered", async () => {
    const a = agent();
    await putNoted(store, a, "c1", { "openai:a": key("1") });
    assert.equal(await putNoted(store, a, "c2", { "openai:a": key("1") }), false);
    await assert.rejects(store.update(a, { profiles: ["openai:a"] }, () => assert.fail("no"), note("c3")));
    await assert.rejects(
      store.update(a, {}, () => ({ profiles: new Map([["openai:a", null]]) }), note("c4")),
    );
    assert.equal((await store.history(a)).length, 1);
  });

  test("what a change left is told apart from everything else, and shows no secret", async () => {
    const a = agent();
    await putNoted(store, a, "c1", { "openai:a": key("1") });
    await putNoted(store, a, "c2", { "openai:a": key("1", { displayName: "x" }) });
    await putNoted(store, a, "c3", { "openai:a": key("2", { displayName: "x" }) });
    const left = (await store.history(a)).map(({ item }) => item.kind === "profile" && item.after);
    assert.equal(new Set(left.map((each) => JSON.stringify(each))).size, 3);
    assert.doesNotMatch(JSON.stringify(left), /sk-fake/);
  });

  test("purged material is gone, also where it stood under another id; the entries stay", async () => {
    const a = agent();
    await putNoted(store, a, "c1", { "old:a": key("1"), "openai:b": key("2") });
    await putNoted(store, a, "c2", { "old:a": null, "openai:a": key("1"), "openai:b": key("3") });
    const removal = new Map([["openai:a", null]]);
    await store.update(
      a,
      { profiles: ["openai:a"] },
      purging(["openai:a"], { profiles: removal }),
      note("c3"),
    );
    assert.deepEqual((await tell(a)).slice(2), [
      "c2 old:a: purged -> none",
      "c2 openai:a: none -> api_key",
      "c2 openai:b: sk-fake-2 -> api_key",
      "c3 openai:a: purged -> none",
    ]);
    assert.doesNotMatch(JSON.stringify(await store.history(a)), /sk-fake-1/);
  });

  test("the material of a login that another one replaced is not kept; its label alone may change", async () => {
    const a = agent();
    const login = (name: string, more: object = {}): Credential => ({
      type: "oauth",
      provider: "openai",
      access: `fake-access-${name}`,
      refresh: `fake-refresh-${name}`,
      ...more,
    });
    await putNoted(store, a, "c1", { "openai:a": login("1") });
    await putNoted(store, a, "c2", { "openai:a": login("1", { displayName: "x" }) });
    await putNoted(store, a, "c3", { "openai:a": login("2") });
    await putNoted(store, a, "c4", { "openai:a": key("1") });
    const kept = (await store.history(a)).map(({ item }) => JSON.stringify(item.before));
    assert.deepEqual(
      kept.map((text) => /fake-refresh-\d/.exec(text)?.[0]),
      [undefined, "fake-refresh-1", undefined, "fake-refresh-2"],
    );
  });

  test("a purge may come alone, and after the profile is gone", async () => {
    const a = agent();
    await putNoted(store, a, "c1", { "openai:a": key("1") });
    await putNoted(store, a, "c2", { "openai:a": null });
    const purge = () => store.update(a, { profiles: ["openai:a"] }, purging(["openai:a"]));
    assert.equal(await purge(), true);
    assert.equal(await purge(), false);
    assert.deepEqual((await tell(a)).slice(1), ["c2 openai:a: purged -> none"]);
  });

  test("a purge may name only what its update touches", async () => {
    const a = agent();
    await putNoted(store, a, "c1", { "openai:a": key("1") });
    await assert.rejects(store.update(a, {}, purging(["openai:a"])));
  });

  test("history is bounded in number and in age", async () => {
    const a = agent();
    for (let n = 0; n < MOST_CHANGES + 3; n++) await putNoted(store, a, `c${n}`, { "openai:a": key(`${n}`) });
    const changes = async () => new Set((await store.history(a)).map(({ change }) => change));
    assert.equal((await changes()).size, MOST_CHANGES);
    assert.ok(!(await changes()).has("c2"));
    now += HISTORY_KEPT_MS + MOST_CHANGES + 3;
    assert.equal((await changes()).size, 0);
    await putNoted(store, a, "new", { "openai:b": key("1") });
    assert.deepEqual([...(await changes())], ["new"]);
    now = NOW;
  });

  test("two clients at once: each change is remembered once", async () => {
    const a = agent();
    const clients = [home.open(), home.open()];
    await Promise.all(
      clients.flatMap((client, n) =>
        [0, 1, 2].map((m) => putNoted(client, a, `c${n}${m}`, { [`openai:${n}${m}`]: key("1") })),
      ),
    );
    assert.equal((await store.history(a)).length, 6);
    for (const client of clients) await client.close();
  });
}
