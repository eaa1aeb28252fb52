// What every store keeps (src/store/store.ts), as one suite that each engine runs.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import * as fc from "fast-check";
import type { Credential } from "../../src/core/credential.ts";
import { AccessError } from "../../src/core/errors.ts";
import type { Health, HealthEvent } from "../../src/core/health.ts";
import { HEALTHY, settle } from "../../src/core/health.ts";
import type { FoundWindow } from "../../src/core/usage-window.ts";
import { readingOf } from "../../src/core/usage-window.ts";
import type { Change, HealthChange, Store, Touch } from "../../src/store/store.ts";
import { familySuite } from "./family-suite.ts";
import { historySuite } from "./history-suite.ts";

/** A place for stores, empty at first. */
export interface StoreHome {
  /** Another client of the same data. */
  open(): Store;
  remove(): Promise<void>;
}

export interface Engine {
  readonly name: string;
  create(now: () => number): Promise<StoreHome>;
  /** Runs of a property: fewer where each costs a file. */
  readonly runs: number;
}

export const NOW = 1_800_000_000_000;
export const key = (secret: string, more: object = {}): Credential => ({
  type: "api_key",
  provider: "openai",
  key: `sk-fake-${secret}`,
  ...more,
});

const setting = (profiles: Record<string, Credential | null>): [Touch, () => Change] => [
  { profiles: Object.keys(profiles) },
  () => ({ profiles: new Map(Object.entries(profiles)) }),
];

export function storeSuite(engine: Engine): void {
  describe(`store contract: ${engine.name}`, { concurrency: false }, () => {
    let home: StoreHome;
    let store: Store;
    let agents = 0;
    /** Each test has an agent of its own. */
    const agent = () => `agent${++agents}`;
    before(async () => {
      home = await engine.create(() => NOW);
      store = home.open();
    });
    after(async () => {
      await store.close();
      await home.remove();
    });
    const context = { agent, store: () => store, open: () => home.open(), runs: engine.runs };
    credentialTests(context);
    healthTests(context);
    leaseTests(context);
    clientTests(context);
  });
  describe(`store history: ${engine.name}`, { concurrency: false }, () => historySuite(engine));
  describe(`token families: ${engine.name}`, { concurrency: false }, () => familySuite(engine));
}

interface Context {
  readonly agent: () => string;
  readonly store: () => Store;
  readonly open: () => Store;
  readonly runs: number;
}

const put = (store: Store, agent: string, profiles: Record<string, Credential | null>): Promise<boolean> =>
  store.update(agent, ...setting(profiles));

const profilesOf = async (store: Store, agent: string): Promise<[string, Credential][]> =>
  (await store.read(agent)).state.profiles.map(({ id, credential }) => [id, credential]);

function credentialTests({ agent, store, open, runs }: Context): void {
  test("an agent without a store reads as empty", async () => {
    const { state } = await store().read(agent());
    assert.deepEqual(state.profiles, []);
    assert.equal(state.order.size + state.health.size + state.lastGood.size, 0);
    assert.deepEqual(state.warnings, []);
  });

  test("profiles keep their order: a replaced one its place, a new one comes last", async () => {
    const a = agent();
    await put(store(), a, { "openai:b": key("1"), "openai:a": key("2") });
    await put(store(), a, { "openai:c": key("3") });
    await put(store(), a, { "openai:b": key("4") });
    assert.deepEqual(await profilesOf(store(), a), [
      ["openai:b", key("4")],
      ["openai:a", key("2")],
      ["openai:c", key("3")],
    ]);
    await put(store(), a, { "openai:a": null });
    assert.deepEqual(
      (await profilesOf(store(), a)).map(([id]) => id),
      ["openai:b", "openai:c"],
    );
  });

  test("equal versions mean that nothing changed; a change of nothing writes nothing", async () => {
    const a = agent();
    const empty = await store().read(a);
    assert.equal(await put(store(), a, { "openai:a": key("1") }), true);
    const first = await store().read(a);
    assert.notEqual(first.version, empty.version);
    assert.equal(await put(store(), a, { "openai:a": key("1") }), false);
    assert.equal(await put(store(), a, { "openai:gone": null }), false);
    assert.equal(await store().update(a, { profiles: ["openai:a"] }, () => undefined), false);
    assert.equal((await store().read(a)).version, first.version);
  });

  test("what decide throws comes out as it is, with nothing written", async () => {
    const fault = Object.assign(new Error("no"), { syscall: "open", errcode: 5 });
    for (const a of [agent(), agent()]) {
      await assert.rejects(
        store().update(a, { profiles: ["openai:a"] }, () => {
          throw fault;
        }),
        (error) => error === fault,
      );
      await put(store(), a, { "openai:z": key("1") });
      await assert.rejects(
        store().update(a, {}, () => {
          throw fault;
        }),
      );
      assert.equal((await profilesOf(store(), a)).length, 1);
    }
  });

  test("decide sees what the update touches, and may change no more", async () => {
    const a = agent();
    await put(store(), a, { "openai:a": key("1"), "openai:b": key("2") });
    await store().update(a, { providers: ["openai", "google"] }, () => ({
      order: new Map([
        ["openai", ["openai:b"]],
        ["google", ["google:x"]],
      ]),
    }));
    await store().update(a, { profiles: ["openai:b", "openai:none"], providers: ["openai"] }, (slice) => {
      assert.deepEqual([...slice.profiles.keys()], ["openai:b"]);
      assert.deepEqual(slice.profiles.get("openai:b")?.credential, key("2"));
      assert.deepEqual([...slice.order], [["openai", ["openai:b"]]]);
      return undefined;
    });
    const stray = store().update(a, { profiles: ["openai:a"] }, setting({ "openai:b": key("3") })[1]);
    await assert.rejects(stray, (error) => error instanceof AccessError && error.code === "internal");
  });

  test("order is set and removed by provider", async () => {
    const a = agent();
    const order = (ids: readonly string[] | null) =>
      store().update(a, { providers: ["openai"] }, () => ({ order: new Map([["openai", ids]]) }));
    assert.equal(await order(["openai:b", "openai:a"]), true);
    assert.equal(await order(["openai:b", "openai:a"]), false);
    assert.deepEqual((await store().read(a)).state.order.get("openai"), ["openai:b", "openai:a"]);
    assert.equal(await order(null), true);
    assert.equal(await order(null), false);
    assert.equal((await store().read(a)).state.order.has("openai"), false);
  });

  test("a credential may move to another id with its health and place", async () => {
    const a = agent();
    await put(store(), a, { "old:a": key("1") });
    const { generation } = (await store().read(a)).state.profiles[0]!;
    const failure = { kind: "rate_limit", scope: "model" } as const;
    const event: HealthEvent = { kind: "failure", model: "m1", failure, at: NOW };
    const named = { agent: a, profileId: "old:a", provider: "openai", generation };
    await store().applyHealth([{ ...named, event, writer: "mover", seq: 1 }]);
    const earlier = (await store().read(a)).state.health.get("old:a");
    const touch: Touch = { profiles: ["old:a", "openai:a"], providers: ["openai"] };
    const wrote = await store().update(a, touch, (slice) => ({
      profiles: new Map([
        ["old:a", null],
        ["openai:a", slice.profiles.get("old:a")!.credential],
      ]),
      health: new Map([["openai:a", slice.health.get("old:a")!]]),
      lastGood: new Map([["openai", "openai:a"]]),
    }));
    assert.equal(wrote, true);
    const { profiles, health, lastGood } = (await store().read(a)).state;
    assert.deepEqual(
      profiles.map(({ id }) => id),
      ["openai:a"],
    );
    assert.deepEqual([...health], [["openai:a", earlier]]);
    assert.deepEqual([...lastGood], [["openai", "openai:a"]]);
  });

  test("a generation follows the material alone", async () => {
    const a = agent();
    const generation = async () => (await store().read(a)).state.profiles[0]?.generation;
    await put(store(), a, { "openai:a": key("1") });
    const first = await generation();
    await put(store(), a, { "openai:a": key("1", { email: "who@example.com" }) });
    assert.equal(await generation(), first);
    await put(store(), a, { "openai:a": key("2") });
    assert.notEqual(await generation(), first);
    await put(store(), a, { "openai:a": key("1") });
    assert.equal(await generation(), first);
  });

  test("property: a run of updates leaves what the same run on a map leaves", async () => {
    const id = fc.constantFrom("openai:a", "openai:b", "google:c", "x:__proto__");
    const extra = fc.dictionary(fc.stringMatching(/^z[a-z]{1,4}$/), fc.jsonValue(), { maxKeys: 2 });
    const credential = fc.tuple(fc.nat(3), extra).map(([secret, more]) => key(`${secret}`, more));
    const step = fc.tuple(id, fc.option(credential, { nil: null, freq: 3 }));
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
        const a = agent();
        const client = open();
        const model = new Map<string, Credential>();
        for (const [profile, value] of steps) {
          await put(client, a, { [profile]: value });
          if (value) model.set(profile, value);
          else model.delete(profile);
        }
        // Through JSON, as engines with a disk store it: -0 becomes 0.
        const stored = (value: unknown): unknown => JSON.parse(JSON.stringify(value));
        assert.deepEqual(stored(await profilesOf(client, a)), stored([...model]));
        await client.close();
      }),
      { numRuns: runs },
    );
  });
}

/** Numbers changes as one writer does. */
function writerOf(agent: string, name: string) {
  let seq = 0;
  return (profileId: string, generation: string, event: HealthEvent): HealthChange => {
    const provider = profileId.slice(0, profileId.indexOf(":"));
    return { agent, profileId, provider, generation, event, writer: name, seq: ++seq };
  };
}

const usage = (...windows: FoundWindow[]): HealthEvent => ({
  kind: "usage",
  reading: readingOf({ windows }, "endpoint", NOW),
  startedAt: NOW,
  at: NOW,
});
const failure = (kind: "rate_limit" | "billing" | "timeout", at = NOW, model = "m1"): HealthEvent => ({
  kind: "failure",
  model,
  failure: { kind, scope: "account" },
  at,
});
const success = (at = NOW, model = "m1"): HealthEvent => ({ kind: "success", model, startedAt: at, at });

async function generationOf(store: Store, agent: string, id: string): Promise<string> {
  const { state } = await store.read(agent);
  return state.profiles.find((profile) => profile.id === id)!.generation;
}

function healthTests({ agent, store, open, runs }: Context): void {
  const healthOf = async (a: string, id: string): Promise<Health | undefined> =>
    (await store().read(a)).state.health.get(id);

  test("an observation is settled on the stored value, and counts once", async () => {
    const a = agent();
    await put(store(), a, { "openai:a": key("1") });
    const change = writerOf(a, "w1");
    const first = change("openai:a", await generationOf(store(), a, "openai:a"), failure("rate_limit"));
    await store().applyHealth([first]);
    const expected = settle(HEALTHY, first.event);
    assert.deepEqual(await healthOf(a, "openai:a"), expected);
    await store().applyHealth([first, first]);
    assert.deepEqual(await healthOf(a, "openai:a"), expected);
    await store().applyHealth([{ ...first, writer: "w2" }]);
    assert.equal((await healthOf(a, "openai:a"))?.errorCount, 2);
  });

  test("a success names the provider's last good profile; removing that profile removes the name", async () => {
    const a = agent();
    await put(store(), a, { "openai:a": key("1") });
    const change = writerOf(a, "w");
    await store().applyHealth([
      change("openai:a", await generationOf(store(), a, "openai:a"), success(NOW + 5)),
    ]);
    const { state } = await store().read(a);
    assert.equal(state.lastGood.get("openai"), "openai:a");
    assert.deepEqual(state.health.get("openai:a"), { ...HEALTHY, lastUsed: NOW + 5 });
    await put(store(), a, { "openai:a": null });
    assert.equal((await store().read(a)).state.lastGood.size, 0);
  });

  test("a replaced profile starts clean, and news about the old one is dropped", async () => {
    const a = agent();
    await put(store(), a, { "openai:a": key("1") });
    const old = await generationOf(store(), a, "openai:a");
    const change = writerOf(a, "w");
    await store().applyHealth([change("openai:a", old, failure("billing"))]);
    await put(store(), a, { "openai:a": key("1", { displayName: "same key" }) });
    assert.equal((await healthOf(a, "openai:a"))?.bars.length, 1);
    await put(store(), a, { "openai:a": key("2") });
    assert.equal(await healthOf(a, "openai:a"), undefined);
    await store().applyHealth([change("openai:a", old, failure("billing"))]);
    await store().applyHealth([change("openai:none", old, failure("billing"))]);
    assert.equal((await store().read(a)).state.health.size, 0);
  });

  test("usage windows are kept with the generation that they were read for, and bar when used up", async () => {
    const a = agent();
    await put(store(), a, { "openai:a": key("1"), "openai:b": key("2") });
    const change = writerOf(a, "w");
    const [first, second] = [
      await generationOf(store(), a, "openai:a"),
      await generationOf(store(), a, "openai:b"),
    ];
    const full = usage({ label: "5h", used: 100, resetsAt: NOW + 3_600_000 });
    await store().applyHealth([change("openai:a", first, full), change("openai:b", second, usage())]);
    assert.deepEqual(await healthOf(a, "openai:a"), settle(HEALTHY, full));
    assert.equal((await healthOf(a, "openai:a"))?.bars[0]?.window, "5h");
    assert.deepEqual((await healthOf(a, "openai:b"))?.usage?.windows, []);
    await store().applyHealth([change("openai:a", first, usage())]);
    assert.deepEqual((await healthOf(a, "openai:a"))?.bars, []);
    await put(store(), a, { "openai:a": key("3") });
    assert.equal(await healthOf(a, "openai:a"), undefined);
    await store().applyHealth([change("openai:a", first, full)]);
    assert.equal(await healthOf(a, "openai:a"), undefined, "a late reading of the old one is dropped");
    await store().applyHealth([change("env:OPENAI_API_KEY#1", "g1", full)]);
    assert.equal((await healthOf(a, "env:OPENAI_API_KEY#1"))?.usage?.windows.length, 1);
  });

  test("credentials of the environment and the config have health too", async () => {
    const a = agent();
    const change = writerOf(a, "w");
    await store().applyHealth([change("env:OPENAI_API_KEY#1", "g1", failure("billing"))]);
    await store().applyHealth([change("env:OPENAI_API_KEY#1", "g1", failure("billing"))]);
    await store().applyHealth([change("config:acme", "g", success())]);
    assert.equal((await healthOf(a, "env:OPENAI_API_KEY#1"))?.errorCount, 2);
    assert.equal((await healthOf(a, "config:acme"))?.lastUsed, NOW);
    assert.equal((await store().read(a)).state.lastGood.size, 0);
    await store().applyHealth([change("env:OPENAI_API_KEY#1", "g2", failure("rate_limit"))]);
    assert.equal((await healthOf(a, "env:OPENAI_API_KEY#1"))?.errorCount, 1);
    await put(store(), a, { "openai:a": key("1") });
    assert.equal((await healthOf(a, "env:OPENAI_API_KEY#1"))?.errorCount, 1);
  });

  test("one call may speak of several agents", async () => {
    const [a, b] = [agent(), agent()];
    const [of, ofB] = [writerOf(a, "w"), writerOf(b, "w")];
    const changes = [of("env:A#1", "g", success()), ofB("env:B#1", "g", failure("timeout"))];
    await store().applyHealth(changes);
    assert.equal((await healthOf(a, "env:A#1"))?.lastUsed, NOW);
    assert.equal((await healthOf(b, "env:B#1"))?.errorCount, 1);
  });

  test("property: changes may come again and in any batches, health is that of each counted once", async () => {
    const event = fc.oneof(
      fc.tuple(fc.constantFrom("rate_limit", "billing", "timeout"), fc.nat(9), fc.constantFrom("m1", "m2")),
      fc.tuple(fc.constant("success"), fc.nat(9), fc.constantFrom("m1", "m2")),
    );
    const batch = fc.record({ events: fc.array(event, { maxLength: 4 }), again: fc.nat(3) });
    await fc.assert(
      fc.asyncProperty(fc.array(batch, { maxLength: 6 }), async (batches) => {
        const a = agent();
        const client = open();
        await put(client, a, { "openai:a": key("1") });
        const generation = await generationOf(client, a, "openai:a");
        const change = writerOf(a, "w");
        const sent: HealthChange[] = [];
        for (const { events, again } of batches) {
          const fresh = events.map(([kind, minute, model]) => {
            const at = NOW + minute * 60_000;
            const seen = kind === "success" ? success(at, model) : failure(kind as "timeout", at, model);
            return change("openai:a", generation, seen);
          });
          await client.applyHealth([...sent.slice(-again), ...fresh]);
          sent.push(...fresh);
        }
        const expected = sent.reduce((health, { event: seen }) => settle(health, seen), HEALTHY);
        const { state } = await client.read(a);
        assert.deepEqual(state.health.get("openai:a") ?? HEALTHY, expected);
        await client.close();
      }),
      { numRuns: runs },
    );
  });
}

function leaseTests({ agent, store, open }: Context): void {
  test("a lease has one owner; fences rise; only its owner gives it back", async () => {
    const a = agent();
    const other = open();
    const first = await store().lease(a, "refresh:openai:a", "one");
    assert.ok("fence" in first);
    assert.deepEqual(await other.lease(a, "refresh:openai:a", "two"), { heldBy: "one" });
    assert.deepEqual(await store().lease(a, "refresh:openai:a", "one"), first);
    assert.ok("fence" in (await other.lease(a, "refresh:openai:b", "two")));
    await store().release(a, first);
    const second = await other.lease(a, "refresh:openai:a", "two");
    assert.ok("fence" in second && second.fence > first.fence);
    await store().release(a, first);
    assert.deepEqual(await store().lease(a, "refresh:openai:a", "one"), { heldBy: "two" });
    await other.close();
  });

  test("of many that want a lease at once, one gets it", async () => {
    const a = agent();
    const clients = Array.from({ length: 4 }, () => open());
    const results = await Promise.all(clients.map((client, n) => client.lease(a, "refresh", `owner${n}`)));
    const holders = results.filter((result) => "fence" in result);
    assert.equal(holders.length, 1);
    const holder = holders[0]!.owner;
    assert.ok(results.every((result) => "fence" in result || result.heldBy === holder));
    await Promise.all(clients.map((client) => client.close()));
  });
}

/** Adds one to a number that the profile carries. */
const countUp = (store: Store, agent: string, id: string): Promise<boolean> =>
  store.update(agent, { profiles: [id] }, ({ profiles }) => {
    const old = (profiles.get(id)?.credential ?? key("1")) as Credential & { count?: number };
    const counted: Credential & { count?: number } = { ...old, count: (old.count ?? 0) + 1 };
    return { profiles: new Map([[id, counted]]) };
  });

function clientTests({ agent, store, open }: Context): void {
  test("no update of several clients is lost", async () => {
    const a = agent();
    const clients = Array.from({ length: 3 }, () => open());
    await Promise.all(
      clients.flatMap((client) => Array.from({ length: 6 }, () => countUp(client, a, "x:n"))),
    );
    const [, credential] = (await profilesOf(store(), a))[0]!;
    assert.equal((credential as Credential & { count: number }).count, 18);
    await Promise.all(clients.map((client) => client.close()));
  });

  test("a second client sees what the first wrote, and the first may close", async () => {
    const a = agent();
    const first = open();
    await put(first, a, { "openai:a": key("1", { note: ["kept", { deep: null }] }) });
    await first.close();
    const second = open();
    assert.deepEqual(await profilesOf(second, a), [
      ["openai:a", key("1", { note: ["kept", { deep: null }] })],
    ]);
    await second.close();
  });

  test("every watch of a store hears, of its own updates too", async () => {
    const a = agent();
    const watcher = open();
    const heard = [0, 0];
    const stops = heard.map((_, n) => watcher.watch([a], () => (heard[n] = heard[n]! + 1)));
    for (const secret of ["1", "2"]) {
      const earlier = [...heard];
      const deaf = () => heard.some((count, n) => count === earlier[n]);
      await put(watcher, a, { "openai:a": key(secret) });
      const giveUp = Date.now() + 60_000;
      while (deaf() && Date.now() < giveUp) await new Promise((done) => setTimeout(done, 20));
      assert.ok(!deaf(), `heard ${heard}, and before that ${earlier}`);
    }
    for (const stop of stops) stop();
    await watcher.close();
  });

  test("a watcher hears of changes by others, also of a store that comes later", async () => {
    const a = agent();
    const [watcher, writer] = [open(), open()];
    const heard: string[] = [];
    const until = async (count: number) => {
      const giveUp = Date.now() + 60_000;
      while (heard.length < count && Date.now() < giveUp) await new Promise((done) => setTimeout(done, 20));
      assert.ok(heard.length >= count, `heard ${heard.length} of ${count}`);
    };
    const stop = watcher.watch([a], (changed) => heard.push(changed));
    await watcher.read(a);
    await put(writer, a, { "openai:a": key("1") });
    await until(1);
    const earlier = heard.length;
    await put(writer, a, { "openai:a": key("2") });
    await until(earlier + 1);
    assert.ok(heard.every((each) => each === a));
    stop();
    await Promise.all([watcher.close(), writer.close()]);
  });
}
