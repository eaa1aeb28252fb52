// GitHub tokens behind the gateway: traded for Copilot's short-lived ones, once for all who wait.
import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import { describe, test } from "node:test";
import type { Credential } from "../../src/core/credential.ts";
import type { Answer } from "../fakes/scripted-server.ts";
import { startScriptedServer } from "../fakes/scripted-server.ts";
import * as act from "../fakes/upstream-actions.ts";
import { startScriptedUpstream } from "../fakes/scripted-upstream.ts";
import { eventually } from "../support/eventually.ts";
import { startTestGateway } from "../support/gateway.ts";
import { PROTOCOLS } from "../support/protocols.ts";

const { chat } = PROTOCOLS;
const MINUTE = 60_000;
const COPILOT = "github-copilot";

const token = (name: string): Credential => ({
  type: "token",
  provider: COPILOT,
  token: `ghu_fake_${name}_0123456789abcdef`,
});

interface Setup {
  readonly names?: readonly string[];
  /** for the nth exchange, from 0 */
  readonly exchange?: (name: string, n: number) => Answer | Promise<Answer>;
  /** whether a Copilot token is taken by the API */
  readonly takes?: (copilotToken: string) => boolean;
  readonly now?: () => number;
  readonly viaAnswer?: boolean;
  readonly access?: object;
}

const inSeconds = (ms: number) => Math.floor((Date.now() + ms) / 1000);
const given = (name: string, n: number, ms = 25 * MINUTE) => ({
  token: `tid=fake-${name}-${n};exp=1`,
  expires_at: inSeconds(ms),
  refresh_in: 1500,
});

async function copilot(t: TestContext, setup: Setup = {}) {
  const { names = ["ada"], exchange = given, takes = () => true } = setup;
  const script = (call: { key: string }) =>
    call.key.startsWith("tid=") && takes(call.key)
      ? act.reply({ body: chat.whole(`by ${call.key}`) })
      : act.reply({ status: 401, body: { error: { message: "token expired" } } });
  const api = await startScriptedUpstream(script);
  const server = await startScriptedServer({
    "/token": async ({ headers }, n) => {
      const name = /ghu_fake_(\w+?)_/.exec(headers.authorization ?? "")?.[1] ?? "nobody";
      const answer = await exchange(name, n);
      return setup.viaAnswer ? { ...answer, endpoints: { api: `${api.url}/from-answer` } } : answer;
    },
  });
  const gateway = await startTestGateway({
    providers: { other: {} },
    credentials: Object.fromEntries(names.map((name) => [`${COPILOT}:${name}`, token(name)])),
    order: { [COPILOT]: names.map((name) => `${COPILOT}:${name}`) },
    access: {
      gateway: { maxWaitMs: 0 },
      oauth: { [COPILOT]: setup.access ?? { exchangeUrl: `${server.url}/token` } },
    },
    ...(setup.now ? { now: setup.now } : {}),
    config: {
      models: {
        providers: {
          [COPILOT]: {
            ...(setup.viaAnswer ? {} : { baseUrl: `${api.url}/copilot` }),
            api: "openai-completions",
            models: [{ id: "m1", name: "m1" }],
          },
        },
      },
    },
  });
  t.after(() => Promise.all([gateway.stop(), server.stop(), api.close()]));
  const ask = async () => {
    const answer = await gateway.post(chat.path, chat.body(`${COPILOT}/m1`, false));
    return { status: answer.status, text: await answer.text() };
  };
  return { gateway, ask, api, exchanges: () => server.to("/token") };
}

describe("exchanged tokens", { concurrency: 4 }, () => {
  test("a hundred calls wait for one exchange, and carry what it brought", async (t) => {
    const { gateway, ask, api, exchanges } = await copilot(t);
    const answers = await Promise.all(Array.from({ length: 100 }, ask));
    assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([200]));
    assert.equal(exchanges().length, 1);
    assert.equal(exchanges()[0]!.headers.authorization, "Bearer ghu_fake_ada_0123456789abcdef");
    assert.deepEqual(new Set(api.calls.map(({ key }) => key)), new Set(["tid=fake-ada-0;exp=1"]));
    const stored = (await gateway.store.read("main")).state.profiles[0];
    assert.ok(!JSON.stringify(stored).includes("tid="), "it lives in memory only");
  });

  test("the answer says where the API is", async (t) => {
    const { ask, api } = await copilot(t, { viaAnswer: true });
    assert.equal((await ask()).status, 200);
    assert.match(api.calls[0]!.path, /^\/from-answer\//);
  });

  test("where the config sends the calls elsewhere, the stored token is that place's", async (t) => {
    const { ask, api, exchanges } = await copilot(t, { access: {} });
    await ask();
    assert.deepEqual(api.calls.map(({ key }) => key)[0], "ghu_fake_ada_0123456789abcdef");
    assert.equal(exchanges().length, 0);
  });

  test("it is renewed behind the calls shortly before its end, and before a call after it", async (t) => {
    let now = Date.now();
    const ends = [4 * MINUTE, 25 * MINUTE, 25 * MINUTE];
    const exchange = (name: string, n: number) => given(name, n, now - Date.now() + ends[n]!);
    const { ask, exchanges } = await copilot(t, { exchange, now: () => now });
    assert.match((await ask()).text, /tid=fake-ada-0/);
    assert.match((await ask()).text, /tid=fake-ada-0|tid=fake-ada-1/);
    await eventually(async () => assert.match((await ask()).text, /tid=fake-ada-1/));
    now += 26 * MINUTE;
    assert.match((await ask()).text, /tid=fake-ada-2/);
    assert.equal(exchanges().length, 3);
  });

  test("a token that was taken back early is replaced within the call", async (t) => {
    const { ask, exchanges } = await copilot(t, { takes: (key) => !key.includes("-0;") });
    assert.match((await ask()).text, /tid=fake-ada-1/);
    assert.equal(exchanges().length, 2);
  });

  const refusals: [string, Answer, string][] = [
    ["a token that is not taken any more", [401, { message: "Bad credentials" }], "auth_permanent"],
    ["a token that Copilot does not know", [404, { message: "Not Found" }], "auth_permanent"],
    [
      "an account without a seat",
      [403, { message: "No access to GitHub Copilot found.", error_details: { title: "Access denied" } }],
      "billing",
    ],
    ["a rate limit", [429, { message: "Too many requests" }], "rate_limit"],
  ];
  for (const [name, answer, reason] of refusals)
    test(`${name} bars the profile, and the sibling answers`, async (t) => {
      const exchange = (who: string, n: number) => (who === "ada" ? answer : given(who, n));
      const { gateway, ask, exchanges } = await copilot(t, { names: ["ada", "bob"], exchange });
      assert.match((await ask()).text, /tid=fake-bob/);
      assert.match((await ask()).text, /tid=fake-bob/);
      assert.equal(exchanges().length, 2, "what was refused is not asked again");
      await gateway.health(`${COPILOT}:ada`, ({ bars }) => assert.equal(bars[0]?.reason, reason));
      const said = gateway.said.join("\n");
      assert.ok(!said.includes("ghu_fake"), said);
      if (reason === "auth_permanent") assert.match(said, /log in again: openclaw models auth login/);
    });

  const faults: [string, Answer][] = [
    ["HTML", (response) => response.end("<html>")],
    ["no token", {}],
    ["control characters", { token: "tid=a\r\nx: y" }],
    ["a cut connection", (response) => void response.destroy()],
    ["a gigantic body", (response) => response.end(`{"token":"${"x".repeat(1024 * 1024)}"}`)],
    ["an error", [500, "oops"]],
  ];
  for (const [name, answer] of faults)
    test(`an exchange that answers with ${name} costs no more than this profile's turn`, async (t) => {
      const exchange = (who: string, n: number) => (who === "ada" ? answer : given(who, n));
      const { ask } = await copilot(t, { names: ["ada", "bob"], exchange });
      assert.match((await ask()).text, /tid=fake-bob/);
    });

  for (const expires of [0, "soon", 9e12, null, -1])
    test(`an end at ${expires} loses no token`, async (t) => {
      const exchange = (who: string, n: number) => ({ ...given(who, n), expires_at: expires });
      const { ask, exchanges } = await copilot(t, { exchange });
      assert.equal((await ask()).status, 200);
      assert.equal((await ask()).status, 200);
      assert.equal(exchanges().length, 1);
    });
});

const META: [string, Credential, { sent: string; exchanges: number }][] = [
  [
    "Meta's identity token becomes an API key",
    { type: "token", provider: "meta", token: "fake-identity-0123456789" },
    { sent: "LLM|fake-minted", exchanges: 1 },
  ],
  [
    "an API key of Meta's is sent as it is",
    { type: "api_key", provider: "meta", key: "fake-own-key-0123456789" },
    { sent: "fake-own-key-0123456789", exchanges: 0 },
  ],
];
for (const [name, credential, { sent, exchanges }] of META)
  test(name, async (t) => {
    const mint = await startScriptedServer({ "/key": () => ({ api_key: "LLM|fake-minted" }) });
    const gateway = await startTestGateway({
      providers: { meta: { keys: [] } },
      credentials: { "meta:own": credential },
      access: { oauth: { meta: { exchangeUrl: `${mint.url}/key` } } },
      script: (call) => act.reply({ body: chat.whole(`by ${call.key}`) }),
    });
    t.after(() => Promise.all([gateway.stop(), mint.stop()]));
    const answer = await gateway.post(chat.path, chat.body("meta/m1", false));
    assert.ok((await answer.text()).includes(`by ${sent}`));
    assert.equal(mint.asked.length, exchanges);
    for (const { headers } of mint.asked) {
      assert.equal(headers["x-api-version"], "1.0.0");
      assert.equal(headers.authorization, "Bearer fake-identity-0123456789");
    }
  });
