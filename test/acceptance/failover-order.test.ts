// Which account and which model come next.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as act from "../fakes/upstream-actions.ts";
import { ask, gatewayFor, limited, says, tickingClock, unauthorized } from "../support/accounts.ts";

describe("order", { concurrency: 6 }, () => {
  test("without an explicit one: the account whose last use is longest ago", async (t) => {
    const gateway = await gatewayFor(t, {}, { now: tickingClock().now });
    for (let n = 0; n < 6; n++) await ask(gateway);
    assert.deepEqual(gateway.tried(), ["p.a", "p.b", "p.c", "p.a", "p.b", "p.c"]);
  });

  test("parallel questions spread over the accounts", async (t) => {
    const gateway = await gatewayFor(t, {});
    await Promise.all(Array.from({ length: 3 }, () => ask(gateway)));
    assert.deepEqual(gateway.tried().toSorted(), ["p.a", "p.b", "p.c"]);
  });

  test("an explicit one is exact: what it omits is never tried", async (t) => {
    const gateway = await gatewayFor(
      t,
      { "p.c": ["healthy", "healthy", limited()], "p.a": [limited()] },
      { order: { p: ["p:c", "p:a"] } },
    );
    await ask(gateway);
    await ask(gateway);
    const { status } = await ask(gateway);
    assert.equal(status, 429);
    assert.deepEqual(gateway.tried(), ["p.c", "p.c", "p.c", "p.a"]);
    const { body } = await ask(gateway);
    const codes = body.error.left_out.map((entry: any) => `${entry.profile} ${entry.code}`);
    assert.deepEqual(codes, ["p:c cooldown", "p:a cooldown", "p:b excluded_by_auth_order"]);
  });
});

describe("fallback models", { concurrency: 6 }, () => {
  const setup = { providers: { p: { keys: ["a", "b", "c"] }, q: { keys: ["z"] } }, fallbacks: ["q/m1"] };

  test("after a rate limit one rotation, then the fallback", async (t) => {
    const gateway = await gatewayFor(t, { "p.a": limited(), "p.b": limited() }, setup);
    const asked = await ask(gateway);
    assert.equal(asked.by, "q.z");
    assert.equal(asked.headers.get("x-openclaw-served-model"), "q/m1");
    assert.deepEqual(gateway.tried(), ["p.a", "p.b", "q.z"]);
    await gateway.health("p:b", ({ bars }) => assert.equal(bars.length, 1));
  });

  test("a key beyond the budget is tried when the fallback fails too", async (t) => {
    const gateway = await gatewayFor(t, { "p.a": limited(), "p.b": limited(), "q.z": limited() }, setup);
    assert.equal((await ask(gateway)).by, "p.c");
    assert.deepEqual(gateway.tried(), ["p.a", "p.b", "q.z", "p.c"]);
  });

  test("after refused keys every key is tried first", async (t) => {
    const gateway = await gatewayFor(
      t,
      { "p.a": unauthorized, "p.b": says(402, "Payment required"), "p.c": act.resetBefore() },
      setup,
    );
    assert.equal((await ask(gateway)).by, "q.z");
    assert.deepEqual(gateway.tried(), ["p.a", "p.b", "p.c", "q.z"]);
  });

  test("the primary model is used again as soon as its bar ends", async (t) => {
    const clock = tickingClock();
    const one = { ...setup, providers: { p: { keys: ["a"] }, q: { keys: ["z"] } } };
    const gateway = await gatewayFor(t, { "p.a": [limited()] }, { ...one, now: clock.now });
    const question = "The same conversation";
    assert.equal((await ask(gateway, { question })).by, "q.z");
    assert.equal((await ask(gateway, { question })).by, "q.z");
    clock.advance(30_000);
    assert.equal((await ask(gateway, { question })).by, "p.a");
  });

  test("a model named by header is strict", async (t) => {
    const gateway = await gatewayFor(
      t,
      { "p.a": limited(), "p.b": limited(), "p.c": limited() },
      { ...setup, config: { agents: { defaults: { model: { primary: "p/m1", fallbacks: ["q/m1"] } } } } },
    );
    const headers = { "x-openclaw-model": "p/m1" };
    assert.equal((await ask(gateway, { model: "openclaw", headers })).status, 429);
    assert.deepEqual(gateway.tried(), ["p.a", "p.b", "p.c"]);
  });
});
