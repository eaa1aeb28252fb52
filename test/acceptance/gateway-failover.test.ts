// Rotation, fallback, order, waiting and what is remembered: accounts `a`, `b`, `c` … of provider `p` behind a gateway,
// each answering as its script says. Accounts without a script are healthy and sign their answers.
import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import { describe, test } from "node:test";
import { resolvePaths } from "../../src/config/paths.ts";
import { openSqliteStore } from "../../src/store/sqlite.ts";
import type { Action, Call } from "../fakes/scripted-upstream.ts";
import * as act from "../fakes/upstream-actions.ts";
import { eventually } from "../support/eventually.ts";
import type { TestGateway, TestSetup } from "../support/gateway.ts";
import { keyOf, startTestGateway, TOKEN } from "../support/gateway.ts";
import type { Protocol } from "../support/protocols.ts";
import { PROTOCOLS } from "../support/protocols.ts";

const { chat } = PROTOCOLS;

/** `p.a` for the call of account `a` of provider `p`. */
const accountOf = (call: Call): string => call.key.replace("sk-fake-", "").replace("-", ".");

const signed = (call: Call, protocol: Protocol = chat): Action => {
  const text = `I am ${accountOf(call)}.`;
  return call.body.json.stream
    ? act.stream({ frames: protocol.frames(text) })
    : act.reply({ body: protocol.whole(text) });
};

const says = (status: number, message: string, headers: Record<string, string> = {}, code?: string): Action =>
  act.reply({ status, headers, body: { error: { message, type: "error", ...(code ? { code } : {}) } } });

const limited = (headers: Record<string, string> = {}): Action =>
  says(429, "Rate limit reached for requests", headers, "rate_limit_exceeded");
const unauthorized = says(401, "Incorrect API key provided", {}, "invalid_api_key");

const broken = act.reply({
  status: 503,
  body: { error: { message: "Service temporarily unavailable.", type: "server_error", code: null } },
});

/** What each account does: always, or call by call; healthy when the list is over. */
type Accounts = Readonly<Record<string, Action | readonly (Action | "healthy")[]>>;

function scripted(accounts: Accounts, protocol: Protocol = chat) {
  const calls = new Map<string, number>();
  return (call: Call): Action => {
    const account = accountOf(call);
    const n = calls.get(account) ?? 0;
    calls.set(account, n + 1);
    const planned = accounts[account];
    const action = typeof planned === "function" ? planned : planned?.[n];
    return action === undefined || action === "healthy" ? signed(call, protocol) : action;
  };
}

async function gatewayFor(
  t: TestContext,
  accounts: Accounts,
  setup: Partial<TestSetup> = {},
): Promise<TestGateway> {
  const gateway = await startTestGateway({
    providers: { p: { keys: ["a", "b", "c"] } },
    script: scripted(accounts),
    ...setup,
    access: { gateway: { maxWaitMs: 0, ...setup.access } },
  });
  t.after(() => gateway.stop());
  return gateway;
}

/** Nobody's clock: each look is a millisecond later, so that the order of two events is never a tie. */
function tickingClock(start = Date.UTC(2026, 0, 1)) {
  let ms = start;
  return { now: () => ++ms, advance: (by: number) => void (ms += by) };
}

interface Asked {
  readonly status: number;
  /** the account that signed, or the error's message */
  readonly by: string;
  readonly headers: Headers;
  readonly body: any;
}

let questions = 0;

/** One question that no conversation had before, so that nothing is sticky unless a test wants it. */
async function ask(
  gateway: TestGateway,
  { model = "p/m1", headers = {}, question = `Question ${++questions}` }: Asking = {},
): Promise<Asked> {
  const body = { model, messages: [{ role: "user", content: question }] };
  const response = await gateway.post(chat.path, body, headers);
  const answer: any = await response.json();
  const text: string = answer.choices?.[0]?.message.content ?? answer.error.message;
  return {
    status: response.status,
    by: /^I am (.+)\.$/.exec(text)?.[1] ?? text,
    headers: response.headers,
    body: answer,
  };
}
interface Asking {
  readonly model?: string;
  readonly headers?: Record<string, string>;
  readonly question?: string;
}

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
      const gateway = await gatewayFor(t, { "p.a": [limited({ "retry-after": "8" })] }, one);
      if (barredBefore) await ask(gateway, { headers: { "x-stainless-timeout": "1" } });
      const waiting = ask(gateway);
      await eventually(() => assert.equal(gateway.upstream.calls.length, 1));
      await addKey(gateway, "z");
      assert.equal((await waiting).by, "p.z");
    });
});

/** Writes as the command line does: through a store of its own. */
async function addKey(gateway: TestGateway, name: string): Promise<void> {
  const store = openSqliteStore({ paths: resolvePaths({}, gateway.home), now: Date.now });
  const id = `p:${name}`;
  const credential = { type: "api_key" as const, provider: "p", key: keyOf("p", name) };
  await store.update("main", { profiles: [id] }, () => ({ profiles: new Map([[id, credential]]) }));
  await store.close();
}

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

describe("when every account failed", { concurrency: 6 }, () => {
  // Gateway spec §2, with the decided difference: faults of servers are 503 with Retry-After.
  const table: [string, Action, number, string][] = [
    ["401", unauthorized, 401, "authentication_error"],
    ["403", says(403, "Forbidden"), 401, "authentication_error"],
    ["a revoked key", says(401, "Your API key has been revoked"), 403, "permission_error"],
    ["402", says(402, "Payment required"), 402, "insufficient_quota"],
    ["429", limited(), 429, "rate_limit_error"],
    ["404", says(404, "The model `m1` does not exist"), 404, "invalid_request_error"],
    ["400", says(400, "Invalid value"), 400, "invalid_request_error"],
    ["500", says(500, "Internal error"), 503, "api_error"],
    ["529", says(529, "Overloaded"), 503, "api_error"],
    ["a reset", act.resetBefore(), 503, "api_error"],
  ];
  for (const [name, protocol] of Object.entries(PROTOCOLS))
    test(`${name}: status and type by the last failure, with every attempt beside it`, async (t) => {
      const providers = Object.fromEntries(
        table.map((_, index) => [`p${index}`, { api: protocol.api, keys: ["a"] }]),
      );
      const script = (call: Call): Action => table[Number(/\/p(\d+)\//.exec(call.path)![1])]![1];
      const gateway = await gatewayFor(t, {}, { providers, script });
      for (const [index, [cause, , status, type]] of table.entries()) {
        const response = await gateway.post(protocol.path, protocol.body(`p${index}/m1`, true));
        const { error }: any = await response.json();
        assert.equal(response.status, status, cause);
        const expected = status === 404 && name === "messages" ? "not_found_error" : protocol.errorType(type);
        assert.equal(error.type, expected, cause);
        assert.equal(response.headers.has("retry-after"), status === 429 || status === 503, cause);
        assert.deepEqual(
          error.attempts.map((attempt: any) => attempt.profile),
          [`p${index}:a`],
          cause,
        );
        assert.equal((await gateway.receipt(response)).outcome, "failed");
      }
    });
});

describe("when nothing can be tried", { concurrency: 6 }, () => {
  const bars: [string, Action, number, string, string][] = [
    ["limited", limited({ "retry-after": "60" }), 429, "rate_limit_error", "rate_limit"],
    ["refused", unauthorized, 503, "api_error", "auth"],
    ["without credit", says(402, "Payment required"), 503, "api_error", "billing"],
    ["down", says(500, "Internal error"), 503, "api_error", "timeout"],
  ];
  for (const [name, protocol] of Object.entries(PROTOCOLS))
    for (const [state, action, status, type, reason] of bars)
      test(`${name}, ${state}: no call; who is left out, why, and when to come again`, async (t) => {
        const gateway = await gatewayFor(
          t,
          { "p.a": action, "p.b": action },
          { providers: { p: { api: protocol.api, keys: ["a", "b"] } } },
        );
        await gateway.post(protocol.path, protocol.body("p/m1", false));
        const calls = gateway.upstream.calls.length;
        for (const stream of [false, true]) {
          const response = await gateway.post(protocol.path, protocol.body("p/m1", stream));
          const { error }: any = await response.json();
          assert.deepEqual([response.status, error.type], [status, type]);
          const retryAfter = Number(response.headers.get("retry-after"));
          assert.ok(Number.isInteger(retryAfter) && retryAfter >= 1);
          assert.deepEqual(
            error.left_out.map((entry: any) => [entry.profile, entry.reason]),
            [
              ["p:a", reason],
              ["p:b", reason],
            ],
          );
          assert.match(error.message, /p:a.*p:b/);
          const receipt = await gateway.receipt(response);
          assert.deepEqual([receipt.outcome, receipt.attempts.length], ["failed", 0]);
        }
        assert.equal(gateway.upstream.calls.length, calls);
      });

  test("without any credential: which command adds one, and no wait", async (t) => {
    const remote = { keys: [], config: { baseUrl: "https://upstream.invalid/v1" } };
    const gateway = await gatewayFor(t, {}, { providers: { p: remote } });
    const { status, by, headers } = await ask(gateway);
    assert.equal(status, 503);
    assert.match(by, /openclaw models auth paste-api-key --provider p\b/);
    assert.equal(headers.get("retry-after"), null);
    assert.equal(headers.get("x-should-retry"), "false");
  });
});

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
