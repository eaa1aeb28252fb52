// Health, as many writers tell of it.
import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import type { Health, HealthEvent } from "../../src/core/health.ts";
import { HEALTHY, settle } from "../../src/core/health.ts";
import type { FoundWindow } from "../../src/core/usage-window.ts";
import { readingOf } from "../../src/core/usage-window.ts";
import type { HealthChange } from "../../src/store/store.ts";
import type { Context } from "./engine.ts";
import { generationOf, key, NOW, put } from "./engine.ts";

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

export function healthSuite({ agent, store, open, runs }: Context): void {
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
