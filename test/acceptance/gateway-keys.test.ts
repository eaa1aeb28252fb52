// Client keys: who may call, for what, and how much; and that a key is told to its owner once and to nobody else.
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import type { TestContext } from "node:test";
import type { NewKey } from "../../src/access/client-keys.ts";
import { addKey, listKeys, revokeKey } from "../../src/access/client-keys.ts";
import { loadConfig } from "../../src/config/load.ts";
import { openClientKeyStore } from "../../src/store/client-keys.ts";
import { startScriptedUpstream } from "../fakes/scripted-upstream.ts";
import * as act from "../fakes/upstream-actions.ts";
import { chatFrames } from "../fakes/wire-samples.ts";
import { cliHome } from "../support/cli.ts";
import { eventually } from "../support/eventually.ts";
import type { TestGateway, TestSetup } from "../support/gateway.ts";
import { startTestGateway, TOKEN } from "../support/gateway.ts";
import { gatewayHome } from "../support/gateway-process.ts";
import { send } from "../support/http-client.ts";
import { PROTOCOLS } from "../support/protocols.ts";

const { chat, messages } = PROTOCOLS;
const NOW = Date.UTC(2026, 10, 21, 12);
/** 11 tokens in and 7 out cost $0.025. */
const DEAR = { models: [{ id: "m1", cost: { input: 1000, output: 2000 } }, { id: "m2" }] };
const ok = () => act.reply({ body: chat.whole("fine") });

interface Keys {
  readonly gateway: TestGateway;
  /** Makes a key that the gateway knows already when the promise resolves. */
  make(name: string, more?: Partial<NewKey>): Promise<string>;
  revoke(name: string): Promise<void>;
  list: () => ReturnType<typeof listKeys>;
  ask(key: string, model?: string, headers?: Record<string, string>): Promise<Answer>;
  clock: { now: number };
}

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly json: any;
}

async function withKeys(t: TestContext, setup: Partial<TestSetup> = {}): Promise<Keys> {
  const clock = { now: NOW };
  const now = () => clock.now;
  const providers = { p: { config: DEAR }, q: {} };
  const gateway = await startTestGateway({ providers, script: ok, now, ...setup });
  const store = openClientKeyStore(gateway.paths.globalDir);
  t.after(async () => {
    await gateway.stop();
    await store.close();
  });
  const deps = { now, config: () => loadConfig(gateway.paths), clientKeys: () => store };
  const statusOf = async (key: string) => {
    const headers = { authorization: `Bearer ${key}` };
    return (await send(`${gateway.url}/v1/models`, { method: "GET", headers })).status;
  };
  return {
    gateway,
    clock,
    async make(name, more = {}) {
      const { key } = await addKey(deps, { name, models: [], limits: {}, ...more });
      await eventually(async () => assert.equal(await statusOf(key.reveal()), 200));
      return key.reveal();
    },
    revoke: async (name) => void (await revokeKey(deps, name)),
    list: () => listKeys(deps, true),
    async ask(key, model = "p/m1", headers = {}) {
      const answer = await gateway.post(chat.path, chat.body(model, false), {
        authorization: `Bearer ${key}`,
        ...headers,
      });
      return { status: answer.status, headers: answer.headers, json: await answer.json() };
    },
  };
}

describe("client keys", () => {
  test("a key that is made while the gateway runs is good at once, as bearer token and as x-api-key", async (t) => {
    const { gateway, make } = await withKeys(t);
    const key = await make("ci");
    assert.match(key, /^ock_[\w-]{43}$/);
    const anthropic = await gateway.post(messages.path, messages.body("p/m1", false), {
      authorization: "",
      "x-api-key": key,
    });
    assert.equal(anthropic.status, 200);
    const answer = await gateway.post(chat.path, chat.body("p/m1", false), {
      authorization: `Bearer ${key}`,
    });
    assert.equal(answer.status, 200);
    const receipt = await gateway.receipt(answer);
    assert.equal(receipt.clientKey, "ci");
    assert.ok(!JSON.stringify(receipt).includes(key));
    // The provider gets its own credential.
    assert.ok(gateway.upstream.calls.every((call) => !JSON.stringify(call.headers).includes(key)));
  });

  test("unknown, revoked and expired keys are refused, each with its reason, in the client's protocol", async (t) => {
    const { gateway, make, revoke, ask, clock } = await withKeys(t);
    const unknown = await ask(`ock_${"a".repeat(43)}`);
    assert.equal(unknown.status, 401);
    assert.equal(unknown.headers.get("x-should-retry"), "false");
    assert.match(unknown.json.error.message, /not known here.*gateway keys add/);

    const brief = await make("brief", { expiresAt: NOW + 60_000 });
    assert.equal((await ask(brief)).status, 200);
    clock.now += 60_000;
    const expired = await ask(brief);
    assert.equal(expired.status, 401);
    assert.match(expired.json.error.message, /"brief" has expired/);

    const ended = await make("ended");
    await revoke("ended");
    await eventually(async () => assert.equal((await ask(ended)).status, 401));
    assert.match((await ask(ended)).json.error.message, /"ended" was revoked/);
    const anthropic = await gateway.post(messages.path, messages.body("p/m1", false), {
      authorization: "",
      "x-api-key": ended,
    });
    assert.deepEqual(
      [anthropic.status, ((await anthropic.json()) as any).error.type],
      [401, "authentication_error"],
    );
  });

  test("a key gets the models it may use, and sees no others", async (t) => {
    const { gateway, make, ask } = await withKeys(t, { fallbacks: ["q/m1"] });
    const key = await make("narrow", { models: ["p/m1"] });
    assert.equal((await ask(key, "p/m1")).status, 200);
    for (const model of ["p/m2", "q/m1", "openclaw", "openclaw/main"]) {
      const refused = await ask(key, model);
      assert.equal(refused.status, 403, model);
      assert.equal(refused.json.error.type, "permission_error");
      assert.match(refused.json.error.message, /may use: p\/m1/);
    }
    assert.equal((await ask(key, "openclaw", { "x-openclaw-model": "q/m1" })).status, 403);
    const listed = await fetch(`${gateway.url}/v1/models`, { headers: { authorization: `Bearer ${key}` } });
    assert.deepEqual(
      ((await listed.json()) as any).data.map(({ id }: { id: string }) => id),
      ["p/m1"],
    );
    const hidden = await fetch(`${gateway.url}/v1/models/q%2Fm1`, {
      headers: { authorization: `Bearer ${key}` },
    });
    assert.equal(hidden.status, 400);

    // A fallback that it may not use is not its way out.
    gateway.upstream.script((call) =>
      call.path.startsWith("/p/") ? act.reply({ status: 401, body: {} }) : ok(),
    );
    assert.equal((await ask(key, "p/m1")).status, 401);
    assert.ok(gateway.upstream.calls.every(({ path }) => path.startsWith("/p/")));
    const agent = await make("agent", { models: ["openclaw/main"] });
    assert.equal((await ask(agent, "openclaw")).status, 200);
    assert.equal((await ask(agent, "openclaw", { "x-openclaw-model": "q/m1" })).status, 403);
  });

  test("so many requests in a minute, and it is said until when", async (t) => {
    const { make, ask, clock } = await withKeys(t);
    const key = await make("slow", { limits: { requestsPerMinute: 2 } });
    const other = await make("other");
    assert.deepEqual([(await ask(key)).status, (await ask(key)).status], [200, 200]);
    const refused = await ask(key);
    assert.equal(refused.status, 429);
    assert.equal(refused.json.error.type, "rate_limit_error");
    assert.match(refused.json.error.message, /"slow" has reached its limit of 2 requests per minute/);
    const seconds = Number(refused.headers.get("retry-after"));
    assert.ok(seconds > 0 && seconds <= 60);
    assert.equal((await ask(other)).status, 200);
    clock.now += seconds * 1000;
    assert.equal((await ask(key)).status, 200);
  });

  test("tokens in a minute: what was counted by the provider, or else what can be told", async (t) => {
    const { gateway, make, ask, clock } = await withKeys(t);
    const key = await make("tokens", { limits: { tokensPerMinute: 30 } });
    assert.deepEqual([(await ask(key)).status, (await ask(key)).status], [200, 200]);
    const refused = await ask(key);
    assert.equal(refused.status, 429);
    assert.match(refused.json.error.message, /30 tokens per minute/);
    clock.now += 61_000;
    // A stream whose provider tells no counts is not free.
    const words = Array.from({ length: 80 }, (_, n) => `word${n}`).join(" ");
    gateway.upstream.script(() => act.stream({ frames: chatFrames(words, { usage: null }) }));
    const stream = await gateway.post(chat.path, chat.body("p/m1", true), { authorization: `Bearer ${key}` });
    await stream.text();
    await eventually(async () => assert.equal((await ask(key)).status, 429));
  });

  test("budgets of money and tokens end at midnight, and outlive a restart of the gateway", async (t) => {
    const { gateway, make, ask, list, clock } = await withKeys(t);
    const key = await make("poor", { limits: { dollarsPerDay: 0.05, tokensPerMonth: 1000 } });
    assert.deepEqual([(await ask(key)).status, (await ask(key)).status], [200, 200]);
    const refused = await ask(key);
    assert.equal(refused.status, 429);
    assert.equal(refused.json.error.type, "insufficient_quota");
    assert.match(refused.json.error.message, /\$0\.05 per day.*2026-11-22T00:00:00/);
    assert.equal(refused.headers.get("retry-after"), String(12 * 3600));
    assert.equal(refused.headers.get("x-should-retry"), "false");
    await eventually(async () => {
      const row = (await list()).find(({ name }) => name === "poor")!;
      assert.deepEqual(row.usage.today, { requests: 2, tokens: 36, dollars: 0.05 });
      assert.deepEqual(row.usage.total, row.usage.month);
      assert.equal(row.usage.lastUsedAt, new Date(NOW).toISOString());
    });
    assert.equal(gateway.tried().length, 2);
    clock.now += 12 * 3600_000;
    assert.equal((await ask(key)).status, 200);
  });

  test("a call that a client leaves is paid as far as it went", async (t) => {
    const { gateway, make, list } = await withKeys(t);
    const key = await make("leaver");
    gateway.upstream.script(() => act.stallAfterFrames(3, { frames: chatFrames("one two three four") }));
    const leave = new AbortController();
    const answer = await fetch(gateway.url + chat.path, {
      method: "POST",
      headers: { authorization: `Bearer ${key}` },
      body: JSON.stringify(chat.body("p/m1", true)),
      signal: leave.signal,
    });
    await answer.body!.getReader().read();
    leave.abort();
    await eventually(async () => {
      const { usage } = (await list()).find(({ name }) => name === "leaver")!;
      assert.ok(usage.today.tokens > 10 && usage.today.dollars > 0);
    });
  });

  test("many calls at once do not run away with a budget", async (t) => {
    const { gateway, make, ask, list } = await withKeys(t);
    const limits = { dollarsPerDay: 0.25, tokensPerDay: 180 };
    const key = await make("crowd", { limits });
    for (let n = 0; n < 6; n++) assert.equal((await ask(key)).status, 200);
    gateway.upstream.script(() => act.slowHeaders(50, ok()));
    const answers = await Promise.all(Array.from({ length: 100 }, () => ask(key)));
    const refused = answers.filter(({ status }) => status === 429);
    assert.equal(refused.length + answers.filter(({ status }) => status === 200).length, 100);
    assert.ok(refused.every(({ headers }) => Number(headers.get("retry-after")) >= 1));
    assert.match(refused[0]!.json.error.message, /with the calls under way/);
    await eventually(async () => {
      const { usage } = (await list()).find(({ name }) => name === "crowd")!;
      assert.ok(usage.today.dollars <= 0.25 + 0.025, String(usage.today.dollars));
    });
    // What was set aside is given back: what is left is used up one by one.
    let more = 0;
    while ((await ask(key)).status === 200) assert.ok(++more < 10);
    const last = await ask(key);
    assert.equal(last.headers.get("x-should-retry"), "false");
  });

  test("what keys use is in the metrics, their text is not", async (t) => {
    const { gateway, make, ask } = await withKeys(t);
    const key = await make("ci", { limits: { dollarsPerDay: 0.1, requestsPerMinute: 2 } });
    await make("unused");
    for (const status of [200, 200, 429]) assert.equal((await ask(key)).status, status);
    const answer = await fetch(`${gateway.url}/metrics`, { headers: { authorization: `Bearer ${TOKEN}` } });
    const text = await answer.text();
    const lines = text.split("\n").filter((line) => line.startsWith("openclaw_client_key_"));
    const value = (name: string, labels = "") =>
      Number(
        lines
          .find((line) => line.startsWith(`openclaw_client_key_${name}{`) && line.includes(labels))
          ?.split(" ")
          .at(-1),
      );
    assert.equal(value("requests_total"), 2);
    assert.equal(value("refused_total", 'limit="rate"'), 1);
    assert.equal(value("refused_total", 'limit="budget"'), 0);
    assert.equal(value("tokens_total", 'token_type="input"'), 22);
    assert.equal(value("tokens_total", 'token_type="output"'), 14);
    assert.equal(value("dollars_total"), 0.05);
    assert.equal(value("unpriced_total"), 0);
    assert.equal(value("budget_used_ratio", 'budget="dollars_per_day"'), 0.5);
    assert.ok(lines.every((line) => line.includes('key="ci"')));
    assert.ok(!text.includes(key));
    const asKey = await fetch(`${gateway.url}/metrics`, { headers: { authorization: `Bearer ${key}` } });
    assert.equal(asKey.status, 403);
  });

  test("two keys never share a conversation, whatever they call it", async (t) => {
    const { gateway, make, ask } = await withKeys(t, { providers: { p: { keys: ["a", "b"] } } });
    const [one, two] = [await make("one"), await make("two")];
    const session = { "x-openclaw-session-key": "same" };
    for (const key of [one, two, one, two]) assert.equal((await ask(key, "p/m1", session)).status, 200);
    const [first, second, third, fourth] = gateway.tried();
    assert.notEqual(first, second);
    assert.deepEqual([third, fourth], [first, second]);
  });

  test("a key rules nothing, and the gateway's own secret goes on working beside keys", async (t) => {
    const { gateway, make, ask } = await withKeys(t);
    await make("ci");
    assert.equal((await ask(TOKEN)).status, 200);
    assert.equal((await ask("nonsense")).status, 401);
    assert.equal(
      (await gateway.receipt(await gateway.post(chat.path, chat.body("p/m1", false)))).clientKey,
      undefined,
    );
  });
});

describe("openclaw gateway keys", () => {
  const home = cliHome();
  before(() =>
    home.write(
      ".openclaw/openclaw.json",
      `{ agents: { defaults: { models: { "p/m1": { alias: "fast" } } } } }`,
    ),
  );
  after(home.remove);

  test("a key is shown once, kept as a digest, listed, and revoked", async () => {
    assert.deepEqual(await home.json("gateway", "keys", "list"), { keys: [] });
    assert.equal(existsSync(join(home.path, ".openclaw/state")), false, "reading creates nothing");
    const made = await home.run([
      "gateway",
      "keys",
      "add",
      "ci",
      "--model",
      "fast,q/*",
      "--requests-per-minute",
      "60",
    ]);
    assert.equal(made.exit, 0, made.err);
    const key = made.out.trim();
    assert.match(key, /^ock_[\w-]{43}$/);
    assert.match(made.err, /shown this once/);
    for (const file of readdirSync(join(home.path, ".openclaw/state")))
      assert.ok(!readFileSync(join(home.path, ".openclaw/state", file)).includes(key), file);

    const { keys } = await home.json("gateway", "keys", "list");
    assert.equal(keys.length, 1);
    assert.deepEqual(
      [keys[0].name, keys[0].state, keys[0].models, keys[0].limits],
      ["ci", "active", ["fast", "q/*"], { requestsPerMinute: 60 }],
    );
    assert.ok(!JSON.stringify(keys).includes(key.slice(4)));

    const again = await home.run(["gateway", "keys", "add", "ci"]);
    assert.equal(again.exit, 1);
    assert.match(again.err, /already.*keys revoke ci/);
    assert.equal((await home.json("gateway", "keys", "revoke", keys[0].id)).state, "revoked");
    assert.deepEqual((await home.json("gateway", "keys", "list")).keys, []);
    assert.equal((await home.json("gateway", "keys", "list", "--all")).keys[0].state, "revoked");
    const twice = await home.run(["gateway", "keys", "revoke", "ci"]);
    assert.equal(twice.exit, 1);
    assert.match(twice.err, /was revoked before/);
    assert.equal((await home.json("gateway", "keys", "add", "ci", "--expires-in", "1d")).name, "ci");
  });

  const BAD: readonly [words: string[], says: RegExp][] = [
    [["add", "x", "--model", "nope"], /"nope" is no model/],
    [["add", "x", "--model", "*"], /"\*" is no model/],
    [["add", "x", "--model", "p/*-mini"], /a \* at the end alone/],
    [["add", "x", "--model", "p*/m1"], /is no model/],
    [["add", "x", "--model", "openclaw/ghost"], /no agent "ghost"/],
    [["add", "x", "--expires-in", "soon"], /not a duration/],
    [["add", "x", "--expires-at", "tomorrow"], /not a date/],
    [["add", "x", "--expires-at", "2001-01-01"], /would have expired/],
    [["add", "x", "--dollars-per-day", "-3"], /dollars-per-day/],
    [["add", "a b"], /letters, digits/],
    [["revoke", "ghost"], /no client key "ghost"/],
  ];
  for (const [words, says] of BAD)
    test(`refused: ${words.join(" ")}`, async () => {
      const { exit, err, out } = await home.run(["gateway", "keys", ...words]);
      assert.equal(exit, 1);
      assert.equal(out, "");
      assert.match(err, says);
    });
});

test("a running gateway takes keys over at once, counts them across a kill, and lists them", async (t) => {
  const upstream = await startScriptedUpstream(ok);
  const home = await gatewayHome(upstream, ["a"]);
  t.after(async () => {
    await home.remove();
    await upstream.close();
  });
  const clientKeys = openClientKeyStore(home.paths.globalDir);
  t.after(() => clientKeys.close());
  const deps = { now: Date.now, config: () => loadConfig(home.paths), clientKeys: () => clientKeys };
  const limits = { tokensPerDay: 36 };
  const gateway = await home.start("--port", "0");
  const { key } = await addKey(deps, { name: "ci", models: [], limits });
  const ask = async (url: string) =>
    (
      await fetch(url + chat.path, {
        method: "POST",
        headers: { authorization: `Bearer ${key.reveal()}` },
        body: JSON.stringify(chat.body("p/m1", false)),
      })
    ).status;
  await eventually(async () => assert.equal(await ask(gateway.url), 200));
  assert.equal(await ask(gateway.url), 200);
  await eventually(async () => assert.equal((await listKeys(deps, false))[0]!.usage.today.tokens, 36));
  gateway.kill("SIGKILL");
  await gateway.ended;
  const next = await home.start("--port", "0");
  assert.equal(await ask(next.url), 429);
  assert.ok(!next.printed().includes(key.reveal()));
  await revokeKey(deps, "ci");
  await eventually(async () => assert.equal(await ask(next.url), 401));
});
