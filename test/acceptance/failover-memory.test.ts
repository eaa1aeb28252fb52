// What is remembered between questions: sessions, and the store as others change it.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { addKey, ask, gatewayFor, limited, tickingClock, unauthorized } from "../support/accounts.ts";
import { eventually } from "../support/eventually.ts";
import { keyOf } from "../support/gateway.ts";
import { PROTOCOLS } from "../support/protocols.ts";

const { chat } = PROTOCOLS;

describe("sessions", { concurrency: 6 }, () => {
  const session = (name: string) => ({ headers: { "x-openclaw-session-key": name } });

  test("a session stays with its account while others take turns", async (t) => {
    const gateway = await gatewayFor(t, {}, { now: tickingClock().now });
    const mine = [(await ask(gateway, session("s"))).by];
    for (let n = 0; n < 3; n++) {
      await ask(gateway);
      mine.push((await ask(gateway, session("s"))).by);
    }
    assert.deepEqual(mine, ["p.a", "p.a", "p.a", "p.a"]);
    assert.deepEqual(new Set(gateway.tried()), new Set(["p.a", "p.b", "p.c"]));
  });

  for (const [name, body] of [
    ["the body's user", { user: "u1" }],
    ["the body's cache key", { prompt_cache_key: "k1" }],
    ["the way it begins", {}],
  ] as const)
    test(`a conversation is known by ${name}`, async (t) => {
      const gateway = await gatewayFor(t, {}, { now: tickingClock().now });
      const begin = { role: "user", content: "How it begins" };
      for (const more of [[], [{ role: "assistant", content: "x" }, begin]])
        await gateway.post(chat.path, { model: "p/m1", messages: [begin, ...more], ...body });
      assert.deepEqual(gateway.tried(), ["p.a", "p.a"]);
    });

  test("an account that is barred is left, and the session stays with the next one", async (t) => {
    const clock = tickingClock();
    const gateway = await gatewayFor(t, { "p.a": ["healthy", limited()] }, { now: clock.now });
    const served = [];
    for (let n = 0; n < 3; n++) served.push((await ask(gateway, session("s"))).by);
    clock.advance(60_000);
    served.push((await ask(gateway, session("s"))).by);
    assert.deepEqual(served, ["p.a", "p.b", "p.b", "p.b"]);
  });

  test("an explicit order is stronger", async (t) => {
    const clock = tickingClock();
    const gateway = await gatewayFor(
      t,
      { "p.a": ["healthy", limited()] },
      { now: clock.now, order: { p: ["p:a", "p:b"] } },
    );
    const served = [];
    for (let n = 0; n < 3; n++) served.push((await ask(gateway, session("s"))).by);
    clock.advance(60_000);
    served.push((await ask(gateway, session("s"))).by);
    assert.deepEqual(served, ["p.a", "p.b", "p.b", "p.a"]);
  });
});

describe("changes of the store while the gateway runs", { concurrency: 6 }, () => {
  test("an added key is used, a removed one is not, an order is kept", async (t) => {
    const gateway = await gatewayFor(t, {}, { providers: { p: { keys: ["a"] } } });
    assert.equal((await ask(gateway)).by, "p.a");
    await addKey(gateway, "z");
    await eventually(async () => assert.equal((await ask(gateway)).by, "p.z"));
    await gateway.store.update("main", { providers: ["p"] }, () => ({ order: new Map([["p", ["p:a"]]]) }));
    await eventually(async () => {
      const both = [(await ask(gateway)).by, (await ask(gateway)).by];
      assert.deepEqual(both, ["p.a", "p.a"]);
    });
    await gateway.store.update("main", { profiles: ["p:a"], providers: ["p"] }, () => ({
      profiles: new Map([["p:a", null]]),
      order: new Map([["p", null]]),
    }));
    await eventually(async () => {
      const both = [(await ask(gateway)).by, (await ask(gateway)).by];
      assert.deepEqual(both, ["p.z", "p.z"]);
    });
  });

  test("a replaced key starts with clean health", async (t) => {
    const gateway = await gatewayFor(t, { "p.a": unauthorized }, { providers: { p: { keys: ["a"] } } });
    assert.equal((await ask(gateway)).status, 401);
    const fresh = { type: "api_key" as const, provider: "p", key: keyOf("p", "new") };
    await gateway.store.update("main", { profiles: ["p:a"] }, () => ({
      profiles: new Map([["p:a", fresh]]),
    }));
    await eventually(async () => assert.equal((await ask(gateway)).by, "p.new"));
  });
});
