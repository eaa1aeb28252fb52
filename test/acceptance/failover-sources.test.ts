// Credentials of the environment, and main's as other agents use them.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { ask, gatewayFor, limited, scripted, unauthorized } from "../support/accounts.ts";
import { eventually } from "../support/eventually.ts";
import { keyOf } from "../support/gateway.ts";

describe("keys of the environment", { concurrency: 6 }, () => {
  const env = { P_API_KEYS: "sk-fake-p-k1,sk-fake-p-k2", P_API_KEY: "sk-fake-p-k3" };
  const keys = (names: readonly string[]) => ({ providers: { p: { keys: names } }, env });

  test("come after stored profiles", async (t) => {
    const gateway = await gatewayFor(t, { "p.a": unauthorized }, keys(["a"]));
    assert.equal((await ask(gateway)).by, "p.k1");
  });

  test("a rate limit goes to the next key of the list", async (t) => {
    const gateway = await gatewayFor(t, { "p.k1": limited(), "p.k2": limited() }, keys([]));
    assert.equal((await ask(gateway)).by, "p.k3");
    assert.deepEqual(gateway.tried(), ["p.k1", "p.k2", "p.k3"]);
    await gateway.health("env:P_API_KEYS#1", ({ bars }) => assert.equal(bars[0]?.reason, "rate_limit"));
    assert.equal((await ask(gateway)).by, "p.k3");
  });

  test("any other failure goes past all of them to the next candidate", async (t) => {
    const config = { apiKey: "sk-fake-p-config" };
    const gateway = await gatewayFor(
      t,
      { "p.k1": unauthorized },
      { providers: { p: { keys: [], config } }, env },
    );
    assert.equal((await ask(gateway)).by, "p.config");
    assert.deepEqual(gateway.tried(), ["p.k1", "p.config"]);
  });

  test("health of environment keys is never written to OpenClaw's row", async (t) => {
    const gateway = await gatewayFor(t, { "p.k1": limited(), "p.a": limited() }, keys(["a"]));
    await ask(gateway);
    await gateway.health("env:P_API_KEYS#1", ({ bars }) => assert.equal(bars.length, 1));
    assert.deepEqual(Object.keys(gateway.stateRow()["usageStats"]), ["p:a"]);
  });

  test("a set OPENCLAW_LIVE_<P>_KEY is the only one", async (t) => {
    const live = { ...env, OPENCLAW_LIVE_P_KEY: "sk-fake-p-live" };
    const gateway = await gatewayFor(t, { "p.live": limited() }, { ...keys([]), env: live });
    assert.equal((await ask(gateway)).status, 429);
    assert.deepEqual(gateway.tried(), ["p.live"]);
  });
});

describe("agents that read main's profiles through", { concurrency: 6 }, () => {
  const agents = {
    defaults: { model: { primary: "p/m1", fallbacks: [] } },
    list: [{ id: "main", default: true }, { id: "ops" }],
  };

  test("record their failures in main's store, and every agent knows at once", async (t) => {
    const config = { agents, auth: { order: { p: ["p:a", "p:b", "p:c"] } } };
    const gateway = await gatewayFor(t, { "p.a": unauthorized }, { config });
    await ask(gateway, { model: "openclaw" });
    gateway.upstream.script(scripted({ "p.a": unauthorized, "p.b": unauthorized }));
    assert.equal((await ask(gateway, { model: "openclaw/ops" })).by, "p.c");
    assert.equal((await ask(gateway, { model: "openclaw" })).by, "p.c");
    assert.deepEqual(gateway.tried(), ["p.a", "p.b", "p.b", "p.c", "p.c"]);
    for (const id of ["p:a", "p:b"])
      await gateway.health(id, ({ bars }) => assert.equal(bars[0]?.reason, "auth"));
    assert.equal((await gateway.store.read("ops")).state.health.size, 0);
  });

  test("an unknown profile of one agent is not another's", async (t) => {
    const gateway = await gatewayFor(t, {}, { config: { agents } });
    const own = { type: "api_key" as const, provider: "p", key: keyOf("p", "ops") };
    await gateway.store.update("ops", { profiles: ["p:ops"], providers: ["p"] }, () => ({
      profiles: new Map([["p:ops", own]]),
      order: new Map([["p", ["p:ops"]]]),
    }));
    await eventually(async () => assert.equal((await ask(gateway, { model: "openclaw/ops" })).by, "p.ops"));
    for (let n = 0; n < 4; n++) assert.notEqual((await ask(gateway, { model: "openclaw" })).by, "p.ops");
  });
});
