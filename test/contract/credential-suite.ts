// Credentials and their order.
import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import type { Credential } from "../../src/core/credential.ts";
import { AccessError } from "../../src/core/errors.ts";
import type { HealthEvent } from "../../src/core/health.ts";
import type { Touch } from "../../src/store/store.ts";
import type { Context } from "./engine.ts";
import { key, NOW, profilesOf, put, setting } from "./engine.ts";

export function credentialSuite({ agent, store, open, runs }: Context): void {
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
