// What happens at the moment a bar ends: one call finds out, the others go elsewhere or wait for what it finds.
import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import { describe, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import type { Action, Call } from "../fakes/scripted-upstream.ts";
import * as act from "../fakes/upstream-actions.ts";
import { eventually } from "../support/eventually.ts";
import type { TestGateway, TestSetup } from "../support/gateway.ts";
import { startTestGateway, TOKEN } from "../support/gateway.ts";
import { PROTOCOLS } from "../support/protocols.ts";

const { chat } = PROTOCOLS;
const CROWD = 100;

const limited = act.reply({
  status: 429,
  body: { error: { message: "Rate limit reached", type: "error", code: "rate_limit_exceeded" } },
});
const limitedFor = (seconds: number): Action =>
  act.reply({
    status: 429,
    headers: { "retry-after": String(seconds) },
    body: { error: { message: "Rate limit reached", type: "error", code: "rate_limit_exceeded" } },
  });
const unauthorized = act.reply({ status: 401, body: { error: { message: "Incorrect API key provided" } } });

const whole: Action = act.reply({ body: chat.whole("here") });
const streamed: Action = act.stream({ frames: chat.frames("here") });
const served = (call: Call): Action => (call.body.json.stream ? streamed : whole);

/** Holds a call until it is let go; what happens then is said then. */
function gate() {
  const opened = Promise.withResolvers<Action>();
  const hold: Action = async (exchange) => {
    const gone = new Promise<undefined>((resolve) =>
      exchange.signal.addEventListener("abort", () => resolve(undefined)),
    );
    await (
      await Promise.race([opened.promise, gone])
    )?.(exchange);
  };
  return { hold, open: (action: Action) => opened.resolve(action) };
}

interface Scene {
  readonly gateway: TestGateway;
  readonly test: ReturnType<typeof gate>;
  /** calls of account `a` */
  readonly callsOfA: () => number;
}

/** Account `a` of `p` has failed once, and its bar has just ended; the next call of it is held at the gate. */
async function atTheEndOfABar(
  t: TestContext,
  { failure = limited, ...setup }: Partial<TestSetup> & { failure?: Action } = {},
  clock = Date.now,
): Promise<Scene> {
  let ahead = 0;
  const held = gate();
  const seen = new Map<string, number>();
  const gateway = await startTestGateway({
    providers: { p: { keys: ["a"] } },
    access: { gateway: { maxWaitMs: 0 } },
    ...setup,
    now: () => clock() + ahead,
    script: (call) => {
      const n = seen.get(call.key) ?? 0;
      seen.set(call.key, n + 1);
      if (call.key !== "sk-fake-p-a") return served(call);
      return n === 0 ? failure : n === 1 ? held.hold : served(call);
    },
  });
  t.after(() => gateway.stop());
  await ask(gateway);
  ahead = 31_000;
  return { gateway, test: held, callsOfA: () => seen.get("sk-fake-p-a") ?? 0 };
}

let questions = 0;
async function ask(gateway: TestGateway, body: object = {}, headers: Record<string, string> = {}) {
  const messages = [{ role: "user", content: `Question ${++questions}` }];
  const answer = await gateway.post(chat.path, { model: "p/m1", messages, ...body }, headers);
  return { status: answer.status, headers: answer.headers, text: await answer.text() };
}

/** A client that leaves when told to; resolves once it has. */
async function leaving(gateway: TestGateway, signal: AbortSignal, stream = false): Promise<void> {
  const body = { model: "p/m1", stream, messages: [{ role: "user", content: "I leave" }] };
  const headers = { authorization: `Bearer ${TOKEN}`, "content-type": "application/json" };
  const sent = { method: "POST", headers, body: JSON.stringify(body), signal };
  const answer = fetch(gateway.url + chat.path, sent).then((response) => response.text());
  await assert.rejects(answer, { name: "AbortError" });
}

const crowd = (gateway: TestGateway, body: object = {}) =>
  Promise.all(Array.from({ length: CROWD }, () => ask(gateway, body)));

const PATIENT = { access: { gateway: { maxWaitMs: 20_000 } } };
/** Bars end half a minute later; who does not wait for them does not see the first failure hidden. */
const settled = () => pause(250);

describe("the moment a bar ends", () => {
  test("of a hundred calls one reaches the provider; when it is answered, all are", async (t) => {
    const {
      gateway,
      test: tested,
      callsOfA,
    } = await atTheEndOfABar(t, {
      ...PATIENT,
      failure: unauthorized,
    });
    const answers = crowd(gateway);
    await eventually(() => assert.equal(callsOfA(), 2));
    await settled();
    assert.equal(callsOfA(), 2, "the others wait");
    tested.open(whole);
    assert.deepEqual([...new Set((await answers).map(({ status }) => status))], [200]);
    assert.equal(callsOfA(), 1 + CROWD);
    await gateway.health("p:a", ({ bars, errorCount }) => assert.deepEqual([bars, errorCount], [[], 0]));
  });

  test("a stream that has begun is proof enough", async (t) => {
    const {
      gateway,
      test: tested,
      callsOfA,
    } = await atTheEndOfABar(t, { failure: unauthorized, ...PATIENT });
    const frames = chat.frames("one two three four five");
    const left = new AbortController();
    const first = leaving(gateway, left.signal, true);
    await eventually(() => assert.equal(callsOfA(), 2));
    const others = Promise.all([ask(gateway), ask(gateway)]);
    await settled();
    assert.equal(callsOfA(), 2);
    tested.open(act.stallAfterFrames(frames.length - 2, { frames }));
    for (const { status } of await others) assert.equal(status, 200);
    left.abort();
    await first;
  });

  test("a test that fails renews the bar, and costs the provider one call", async (t) => {
    const {
      gateway,
      test: tested,
      callsOfA,
    } = await atTheEndOfABar(t, { failure: unauthorized, ...PATIENT });
    const answers = crowd(gateway);
    await eventually(() => assert.equal(callsOfA(), 2));
    await settled();
    tested.open(unauthorized);
    assert.ok((await answers).every(({ status }) => status >= 400));
    assert.equal(callsOfA(), 2);
    await gateway.health("p:a", ({ errorCount }) => assert.equal(errorCount, 2));
  });

  test("where another profile is free, nobody waits", async (t) => {
    const {
      gateway,
      test: tested,
      callsOfA,
    } = await atTheEndOfABar(t, {
      providers: { p: { keys: ["a", "b"] } },
      order: { p: ["p:a", "p:b"] },
    });
    const first = ask(gateway);
    await eventually(() => assert.equal(callsOfA(), 2));
    const others = await Promise.all(Array.from({ length: 20 }, () => ask(gateway)));
    assert.ok(others.every(({ status }) => status === 200));
    assert.equal(callsOfA(), 2);
    const receipt = await gateway.receipt(others[0]!);
    assert.deepEqual(
      receipt.leftOut.map(({ profileId, code }) => [profileId, code]),
      [["p:a", "testing"]],
    );
    tested.open(whole);
    const tester = await gateway.receipt(await first);
    assert.deepEqual(
      tester.attempts.map(({ profileId, test: isTest }) => [profileId, isTest]),
      [["p:a", true]],
    );
  });

  test("a model's bar tests that model; the others are served meanwhile", async (t) => {
    const { gateway, test: tested, callsOfA } = await atTheEndOfABar(t);
    const first = ask(gateway);
    await eventually(() => assert.equal(callsOfA(), 2));
    assert.equal((await ask(gateway, { model: "p/m2" })).status, 200);
    tested.open(whole);
    assert.equal((await first).status, 200);
  });

  test("a tester that leaves hands over", async (t) => {
    const { gateway, callsOfA } = await atTheEndOfABar(t, { failure: unauthorized, ...PATIENT });
    const left = new AbortController();
    const first = leaving(gateway, left.signal);
    await eventually(() => assert.equal(callsOfA(), 2));
    const next = ask(gateway);
    await settled();
    left.abort();
    await first;
    assert.equal((await next).status, 200);
    assert.equal(callsOfA(), 3);
  });

  test("a test that hangs costs the others their patience, not their answer", async (t) => {
    const { gateway, callsOfA } = await atTheEndOfABar(t, {
      failure: unauthorized,
      access: { gateway: { maxWaitMs: 600, firstByteTimeoutMs: 5000, answerTimeoutMs: 5000 } },
    });
    const first = ask(gateway);
    await eventually(() => assert.equal(callsOfA(), 2));
    const others = await Promise.all([ask(gateway), ask(gateway)]);
    assert.deepEqual(
      others.map(({ status }) => status),
      [200, 200],
    );
    const receipt = await gateway.receipt(others[0]!);
    assert.ok((receipt.waitedMs ?? 0) > 0);
    // Its upstream took its time, not its patience: when it was given up, the credential had proved itself.
    assert.equal((await first).status, 200);
  });

  test("who waits for nothing waits for a test that is about to end: it is no crowd that asks", async (t) => {
    // Its clock stands still: nobody's patience ends before the test does.
    const now = Date.now();
    const setup = { failure: unauthorized };
    const { gateway, test: tested, callsOfA } = await atTheEndOfABar(t, setup, () => now);
    const first = ask(gateway);
    await eventually(() => assert.equal(callsOfA(), 2));
    const others = crowd(gateway);
    await settled();
    assert.equal(callsOfA(), 2);
    tested.open(whole);
    for (const { status } of [await first, ...(await others)]) assert.equal(status, 200);
  });

  test("whoever was limited and asks the same again waits for the test of another call as well", async (t) => {
    const held = gate();
    let calls = 0;
    const gateway = await startTestGateway({
      ...PATIENT,
      providers: { p: { keys: ["a"] } },
      script: (call) => {
        calls++;
        return calls === 1 ? limitedFor(2) : calls === 2 ? held.hold : served(call);
      },
    });
    t.after(() => gateway.stop());
    const first = ask(gateway);
    await gateway.health("p:a", ({ bars }) => assert.equal(bars.length, 1));
    // Of those that wait for one end, the one that was limited comes last.
    const others = crowd(gateway);
    await eventually(() => assert.equal(calls, 2));
    await pause(700);
    assert.equal(calls, 2);
    held.open(whole);
    for (const { status } of [await first, ...(await others)]) assert.equal(status, 200);
  });

  test("another agent that shares the credential waits for the same test", async (t) => {
    const {
      gateway,
      test: tested,
      callsOfA,
    } = await atTheEndOfABar(t, {
      failure: unauthorized,
      ...PATIENT,
      config: {
        agents: { defaults: { model: "p/m1" }, list: [{ id: "main", default: true }, { id: "work" }] },
      },
    });
    const asWork = { "x-openclaw-agent-id": "work" };
    const first = ask(gateway);
    await eventually(() => assert.equal(callsOfA(), 2));
    const other = ask(gateway, { model: "openclaw" }, asWork);
    await settled();
    assert.equal(callsOfA(), 2);
    tested.open(whole);
    assert.deepEqual([(await first).status, (await other).status], [200, 200]);
  });

  test("it is remembered over a restart that the bar was never disproved", async (t) => {
    const { gateway } = await atTheEndOfABar(t, { failure: unauthorized });
    const { bars } = await gateway.health("p:a", ({ bars: known }) => assert.equal(known.length, 1));
    assert.ok(bars[0]!.until < Date.now() + 31_000);
  });
});

test("a call of a conversation over HTTP tests as any other, and is kept", async (t) => {
  let ahead = 0;
  let calls = 0;
  const gateway = await startTestGateway({
    providers: { p: { keys: ["a"] } },
    access: { gateway: { maxWaitMs: 0 } },
    now: () => Date.now() + ahead,
    script: (call) => (calls++ === 0 ? limited : served(call)),
  });
  t.after(() => gateway.stop());
  const say = (headers: Record<string, string>) =>
    gateway.post(
      "/v1/chat/completions",
      { model: "openclaw", messages: [{ role: "user", content: "hello" }] },
      headers,
    );
  assert.equal((await say({})).status, 429);
  ahead = 60_000;
  const answer = await say({ "x-openclaw-session-key": "trial" });
  assert.equal(answer.status, 200, await answer.text());
});
