// One account fails: the next one answers, and the store knows why.
import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import { describe, test } from "node:test";
import type { Action } from "../fakes/scripted-upstream.ts";
import * as act from "../fakes/upstream-actions.ts";
import {
  accountOf,
  ask,
  gatewayFor,
  limited,
  says,
  tickingClock,
  unauthorized,
} from "../support/accounts.ts";
import type { TestGateway } from "../support/gateway.ts";
import { PROTOCOLS } from "../support/protocols.ts";

const broken = act.reply({
  status: 503,
  body: { error: { message: "Service temporarily unavailable.", type: "server_error", code: null } },
});

const barsOf = (health: { readonly bars: readonly any[] }) =>
  health.bars.map(({ lane, reason, scope, since, until }) => ({
    lane,
    reason,
    scope,
    seconds: Math.round((until - since) / 1000),
  }));

describe("a failure of one account", { concurrency: 6 }, () => {
  const bar = (lane: string, reason: string, scope: string, seconds: number) => ({
    lane,
    reason,
    scope,
    seconds,
  });
  // Lengths and scopes: gateway spec §5 with the decided differences; 503 as the error samples have it.
  const table: [string, Action, ReturnType<typeof bar>][] = [
    ["401", unauthorized, bar("cooldown", "auth", "*", 30)],
    ["403", says(403, "Forbidden"), bar("cooldown", "auth", "*", 30)],
    [
      "revoked",
      says(401, "Your API key has been revoked", {}, "invalid_api_key"),
      bar("disabled", "auth_permanent", "*", 600),
    ],
    ["402", says(402, "Payment required"), bar("disabled", "billing", "*", 18_000)],
    ["no credit", says(400, "Your credit balance is too low"), bar("disabled", "billing", "*", 18_000)],
    ["429", limited(), bar("cooldown", "rate_limit", "m1", 30)],
    ["429 with a short Retry-After", limited({ "retry-after": "7" }), bar("cooldown", "rate_limit", "m1", 7)],
    [
      "429 with a long Retry-After",
      limited({ "retry-after": "120" }),
      bar("cooldown", "rate_limit", "m1", 120),
    ],
    ["500", says(500, "Internal error"), bar("cooldown", "timeout", "m1", 30)],
    ["503", says(503, "Service Unavailable"), bar("cooldown", "overloaded", "*", 30)],
    ["503 of a server that is broken", broken, bar("cooldown", "timeout", "m1", 30)],
    ["529", says(529, "Overloaded"), bar("cooldown", "overloaded", "*", 30)],
    [
      "404",
      says(404, "The model `m1` does not exist", {}, "model_not_found"),
      bar("cooldown", "model_not_found", "m1", 30),
    ],
    ["a reset", act.resetBefore(), bar("cooldown", "timeout", "m1", 30)],
  ];
  for (const [name, action, expected] of table)
    test(`${name}: the next account answers, and the store knows why`, async (t) => {
      const gateway = await gatewayFor(t, { "p.a": action });
      const asked = await ask(gateway);
      assert.deepEqual({ status: asked.status, by: asked.by }, { status: 200, by: "p.b" });
      assert.deepEqual(gateway.tried(), ["p.a", "p.b"]);
      await gateway.health("p:a", (health) => assert.deepEqual(barsOf(health), [expected]));
      await gateway.health("p:b", ({ lastUsed }) => assert.ok(lastUsed));
      assertProjection(gateway, expected);
    });

  /** OpenClaw's own row says the same (gateway spec §1). */
  function assertProjection(gateway: TestGateway, expected: ReturnType<typeof bar>): void {
    const row = gateway.stateRow();
    const { [expected.lane === "disabled" ? "disabledUntil" : "cooldownUntil"]: until, ...stats } =
      row["usageStats"]["p:a"];
    assert.ok(until > Date.now());
    assert.equal(stats.errorCount, 1);
    assert.deepEqual(stats.failureCounts, { [expected.reason]: 1 });
    assert.equal(stats.disabledReason ?? stats.cooldownReason, expected.reason);
    assert.equal(stats.cooldownModel, expected.scope === "*" ? undefined : "m1");
    assert.equal(row["usageStats"]["p:b"].errorCount, 0);
    assert.equal(row["lastGood"].p, "p:b");
  }

  test("a barred account is passed over, and comes back when its bar ends", async (t) => {
    const clock = tickingClock();
    const gateway = await gatewayFor(t, { "p.a": [limited()] }, { now: clock.now });
    await ask(gateway);
    assert.equal((await ask(gateway)).by, "p.c");
    assert.equal((await ask(gateway)).by, "p.b");
    clock.advance(30_000);
    assert.equal((await ask(gateway)).by, "p.a");
    await gateway.health("p:a", (health) => assert.deepEqual([health.bars, health.errorCount], [[], 0]));
  });

  test("a limit of one model leaves its sibling usable", async (t) => {
    const gateway = await gatewayFor(t, { "p.a": [limited()] }, { providers: { p: { keys: ["a"] } } });
    assert.equal((await ask(gateway)).status, 429);
    assert.equal((await ask(gateway, { model: "p/m2" })).by, "p.a");
    assert.equal((await ask(gateway)).status, 429);
    assert.equal(gateway.tried().length, 2);
  });

  test("a refused key is barred for every model", async (t) => {
    const gateway = await gatewayFor(t, { "p.a": [unauthorized] });
    await ask(gateway);
    assert.equal((await ask(gateway, { model: "p/m2" })).by, "p.c");
  });

  test("a bad request is the client's own: one call, its words, nothing recorded", async (t) => {
    const gateway = await gatewayFor(t, { "p.a": says(400, "Invalid value for 'temperature'") });
    const { status, by, body } = await ask(gateway);
    assert.deepEqual({ status, type: body.error.type }, { status: 400, type: "invalid_request_error" });
    assert.match(by, /Invalid value for 'temperature'/);
    assert.deepEqual(gateway.tried(), ["p.a"]);
    assert.equal((await ask(gateway, { model: "p/m2" })).by, "p.b");
    await gateway.health("p:b", ({ lastUsed }) => assert.ok(lastUsed));
    assert.deepEqual((await gateway.health("p:a")).bars, []);
  });

  test("a bad request is tried once on the fallback model, which may understand it", async (t) => {
    const gateway = await gatewayFor(
      t,
      { "p.a": says(400, "Unknown parameter: 'reasoning'") },
      { providers: { p: { keys: ["a", "b"] }, q: { keys: ["z"] } }, fallbacks: ["q/m1"] },
    );
    assert.equal((await ask(gateway)).by, "q.z");
    assert.deepEqual(gateway.tried(), ["p.a", "q.z"]);
  });

  test("a conversation that is too long stops the run, fallback or not", async (t) => {
    const tooLong = says(
      400,
      "This model's maximum context length is 8192 tokens",
      {},
      "context_length_exceeded",
    );
    const gateway = await gatewayFor(
      t,
      { "p.a": tooLong },
      { providers: { p: { keys: ["a", "b"] }, q: { keys: ["z"] } }, fallbacks: ["q/m1"] },
    );
    const { status, by } = await ask(gateway);
    assert.equal(status, 400);
    assert.match(by, /maximum context length/);
    assert.deepEqual(gateway.tried(), ["p.a"]);
  });

  for (const how of ["fin", "reset"] as const) {
    const dead: Action = ({ cut }) => cut(how);
    const start = (t: TestContext, calls: readonly (Action | "healthy")[]) =>
      gatewayFor(t, { "p.a": calls }, { order: { p: ["p:a", "p:b"] } });
    const idleConnections = (gateway: TestGateway) => Promise.all([1, 2, 3].map(() => ask(gateway)));

    // A reset cannot be told from the provider's own, so there the sibling answers, as after any failure.
    const replaced = how === "fin";
    test(`a connection that died while idle (${how}): ${replaced ? "replaced, nobody is blamed" : "the sibling answers"}`, async (t) => {
      const gateway = await start(t, ["healthy", "healthy", "healthy", dead]);
      await idleConnections(gateway);
      const asked = await ask(gateway);
      assert.equal(asked.by, replaced ? "p.a" : "p.b");
      assert.deepEqual(
        (await gateway.receipt(asked)).attempts.map(({ outcome }) => outcome),
        replaced ? ["ok"] : ["failed", "ok"],
      );
      if (replaced) assert.deepEqual((await gateway.health("p:a")).bars, []);
    });

    test(`an account that closes every connection (${how}) is blamed, also when they were used before`, async (t) => {
      const gateway = await start(t, ["healthy", "healthy", "healthy", dead, dead, dead, dead, dead]);
      await idleConnections(gateway);
      const asked = await ask(gateway);
      assert.equal(asked.by, "p.b");
      assert.deepEqual(
        (await gateway.receipt(asked)).attempts.map(({ profileId, outcome }) => `${profileId} ${outcome}`),
        ["p:a failed", "p:b ok"],
      );
      await gateway.health("p:a", ({ bars }) => assert.equal(bars[0]?.reason, "timeout"));
    });
  }
});

test("counting tokens rotates like any call, below the provider's own path", async (t) => {
  const { messages } = PROTOCOLS;
  const gateway = await gatewayFor(
    t,
    {},
    {
      providers: { p: { api: messages.api, keys: ["a", "b"] } },
      script: (call) =>
        accountOf(call) === "p.a" ? unauthorized : act.reply({ body: { input_tokens: 42 } }),
    },
  );
  const body = messages.body("p/m1", false);
  const response = await gateway.post("/v1/messages/count_tokens", body, { "anthropic-beta": "x-1" });
  assert.deepEqual(await response.json(), { input_tokens: 42 });
  const { path, headers, body: sent } = gateway.upstream.calls.at(-1)!;
  assert.equal(path, "/p/v1/messages/count_tokens");
  assert.equal(headers["anthropic-beta"], "x-1");
  assert.deepEqual(sent.json, { ...body, model: "m1" });
  assert.deepEqual(gateway.tried(), ["p.a", "p.b"]);
});
