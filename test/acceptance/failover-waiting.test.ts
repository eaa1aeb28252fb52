// Who waits for an account, how long, and for whom nobody waits any more.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Action } from "../fakes/scripted-upstream.ts";
import * as act from "../fakes/upstream-actions.ts";
import { addKey, ask, gatewayFor, limited, says, unauthorized } from "../support/accounts.ts";
import { eventually } from "../support/eventually.ts";
import type { TestGateway } from "../support/gateway.ts";
import { TOKEN } from "../support/gateway.ts";
import { PROTOCOLS } from "../support/protocols.ts";

const { chat } = PROTOCOLS;

describe("waiting", { concurrency: 6 }, () => {
  const patient = { access: { maxWaitMs: 30_000 } };
  const one = { ...patient, providers: { p: { keys: ["a"] } } };

  test("the only account says when it answers again: the client waits and gets its answer", async (t) => {
    const gateway = await gatewayFor(t, { "p.a": [limited({ "retry-after-ms": "150" })] }, one);
    const asked = await ask(gateway);
    assert.equal(asked.by, "p.a");
    const { attempts } = await gateway.receipt(asked);
    assert.deepEqual(
      attempts.map(({ outcome }) => outcome),
      ["failed", "ok"],
    );
    const [failed, served] = attempts;
    assert.ok(served!.startedMs - failed!.startedMs >= 150, "not before the time that it was told");
  });

  test("an overloaded provider is given the time that the config says before its next account is asked", async (t) => {
    const config = { auth: { cooldowns: { overloadedBackoffMs: 200 } } };
    const busy = { "p.a": says(529, "Overloaded") };
    const gateway = await gatewayFor(t, busy, { ...patient, config });
    const asked = await ask(gateway);
    assert.equal(asked.by, "p.b");
    const { waitedMs } = await gateway.receipt(asked);
    assert.ok(waitedMs! >= 190, `waited ${waitedMs} ms`);
    const other = await gatewayFor(t, { "p.a": unauthorized }, { ...patient, config });
    assert.equal(
      (await other.receipt(await ask(other))).waitedMs,
      undefined,
      "other failures wait for nothing",
    );
  });

  test("a question that comes while all accounts cool waits as well", async (t) => {
    const gateway = await gatewayFor(t, { "p.a": [limited({ "retry-after-ms": "1500" })] }, one);
    const hasty = await ask(gateway, { headers: { "x-stainless-timeout": "1" } });
    assert.equal(hasty.status, 429);
    const { bars } = await gateway.health("p:a", (known) => assert.equal(known.bars.length, 1));
    const begun = Date.now();
    const asked = await ask(gateway);
    assert.equal(asked.by, "p.a");
    const { attempts, waitedMs } = await gateway.receipt(asked);
    assert.equal(attempts.length, 1);
    assert.ok(waitedMs! > 0 || begun + (attempts[0]?.startedMs ?? 0) >= bars[0]!.until);
  });

  test("a free sibling is not waited for", async (t) => {
    const gateway = await gatewayFor(t, { "p.a": limited({ "retry-after": "1" }) }, patient);
    assert.equal((await ask(gateway)).by, "p.b");
  });

  test("of two cooling accounts the one that is back first is waited for", async (t) => {
    const soon = limited({ "retry-after-ms": "150" });
    const late = limited({ "retry-after": "25" });
    for (const accounts of [
      { "p.a": [soon], "p.b": [late] },
      { "p.a": [late], "p.b": [soon] },
    ]) {
      const gateway = await gatewayFor(t, accounts, { ...patient, providers: { p: { keys: ["a", "b"] } } });
      const { by } = await ask(gateway);
      assert.equal(by, accounts["p.a"][0] === soon ? "p.a" : "p.b");
    }
  });

  test("no longer than maxWaitMs", async (t) => {
    const gateway = await gatewayFor(
      t,
      { "p.a": limited({ "retry-after": "2000" }) },
      { ...one, access: { maxWaitMs: 300 } },
    );
    const { status, headers } = await ask(gateway);
    assert.equal(status, 429);
    assert.ok(Number(headers.get("retry-after")) > 1000);
    assert.equal(gateway.tried().length, 1);
  });

  test("no longer than the client says that it waits", async (t) => {
    const gateway = await gatewayFor(t, { "p.a": limited({ "retry-after": "20" }) }, one);
    const { status } = await ask(gateway, { headers: { "x-stainless-timeout": "2" } });
    assert.equal(status, 429);
    assert.equal(gateway.tried().length, 1);
  });

  test("a fault that passes by itself is tried again on the only account", async (t) => {
    const gateway = await gatewayFor(t, { "p.a": [says(500, "Internal error")] }, one);
    assert.equal((await ask(gateway)).by, "p.a");
    await gateway.health("p:a", ({ bars }) => assert.deepEqual(bars, []));
  });

  test("an upstream that forbids another try is not tried again", async (t) => {
    const never = says(500, "Internal error", { "x-should-retry": "false" });
    const gateway = await gatewayFor(t, { "p.a": [never] }, { ...one, access: { maxWaitMs: 5000 } });
    assert.equal((await ask(gateway)).status, 503);
    assert.equal(gateway.tried().length, 1);
  });

  for (const barredBefore of [false, true])
    test(`a key that is added while a client waits ${barredBefore ? "for a barred account" : "for the one that just refused"} serves it`, async (t) => {
      const gateway = await gatewayFor(t, { "p.a": [limited({ "retry-after": "25" })] }, one);
      if (barredBefore) await ask(gateway, { headers: { "x-stainless-timeout": "1" } });
      const waiting = ask(gateway);
      await eventually(() => assert.equal(gateway.upstream.calls.length, 1));
      await addKey(gateway, "z");
      assert.equal((await waiting).by, "p.z");
    });
});

describe("a client that leaves", { concurrency: 6 }, () => {
  const leaves = (gateway: TestGateway, stream: boolean) => {
    const leaving = new AbortController();
    const answer = fetch(gateway.url + chat.path, {
      method: "POST",
      headers: { authorization: `Bearer ${TOKEN}` },
      body: JSON.stringify(chat.body("p/m1", stream)),
      signal: leaving.signal,
    });
    return { answer, leave: () => leaving.abort() };
  };
  const firstCall = (gateway: TestGateway) =>
    eventually(() => gateway.upstream.calls[0] ?? assert.fail("no call yet"));

  const hangs: [string, Action, boolean][] = [
    ["before the first byte", act.stall(), false],
    ["in the middle of a stream", act.stallAfterFrames(3, { frames: chat.frames("one two three") }), true],
  ];
  for (const [name, action, visible] of hangs)
    test(`${name}: the call is given up, and no account is blamed`, async (t) => {
      const gateway = await gatewayFor(t, { "p.a": action });
      const { answer, leave } = leaves(gateway, true);
      const call = await firstCall(gateway);
      const reading = visible ? (await answer).text() : answer;
      leave();
      await assert.rejects(reading);
      assert.equal(await call.outcome, "left");
      assert.equal((await ask(gateway)).by, "p.b");
      await gateway.health("p:b", ({ lastUsed }) => assert.ok(lastUsed));
      const { bars, errorCount } = await gateway.health("p:a");
      assert.deepEqual({ bars, errorCount }, { bars: [], errorCount: 0 });
      assert.equal(gateway.upstream.calls.length, 2);
    });

  test("while waiting for an account: nothing is sent for it later", async (t) => {
    const gateway = await gatewayFor(
      t,
      { "p.a": [limited({ "retry-after": "20" })] },
      { providers: { p: { keys: ["a"] } }, access: { maxWaitMs: 30_000 } },
    );
    const { answer, leave } = leaves(gateway, false);
    await (
      await firstCall(gateway)
    ).outcome;
    leave();
    await assert.rejects(answer);
    // The run is over, long before the account is free again.
    await eventually(async () => {
      const headers = { authorization: `Bearer ${TOKEN}` };
      const page = await (await fetch(`${gateway.url}/metrics`, { headers })).text();
      assert.match(page, /openclaw_run_completed_total\{[^}]*outcome="aborted"\} 1/);
    });
    assert.equal(gateway.upstream.calls.length, 1);
  });
});
