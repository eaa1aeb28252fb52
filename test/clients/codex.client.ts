// The real Codex makes turns through the gateway while its accounts fail; and the login that it keeps is lent.
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { openaiError, responsesFailedFrame, responsesFrames } from "../fakes/wire-samples.ts";
import type { Action } from "../fakes/scripted-upstream.ts";
import { reply, stream } from "../fakes/upstream-actions.ts";
import { ENTRY } from "../support/entry.ts";
import type { TestGateway } from "../support/gateway.ts";
import { startTestGateway, TOKEN } from "../support/gateway.ts";
import type { Place } from "./programs.ts";
import { CODEX, codexConfig, openPlace } from "./programs.ts";

const ANSWER = "The lighthouse keeper counts forty-two gulls.";
const answered: Action = stream({ frames: responsesFrames(ANSWER) });
const limited: Action = reply({
  status: 429,
  headers: { "retry-after": "30" },
  body: openaiError({ message: "Rate limit reached for m1.", type: "requests", code: "rate_limit_exceeded" }),
});
const failedInside: Action = stream({
  frames: [
    responsesFrames("").at(0)!,
    responsesFailedFrame({ message: "The server had an error.", type: "server_error" }),
  ],
});

let place: Place;
let gateway: TestGateway;
const failing = new Map<string, Action>();

before(async () => {
  place = await openPlace();
  gateway = await startTestGateway({
    providers: { p: { api: "openai-responses", keys: ["a", "b", "c"] } },
    order: { p: ["p:a", "p:b", "p:c"] },
    script: ({ key }) => failing.get(key.at(-1)!) ?? answered,
  });
  mkdirSync(join(place.home, ".codex"));
  writeFileSync(join(place.home, ".codex/config.toml"), codexConfig(gateway.url));
});
after(async () => {
  await gateway.stop();
  await place.close();
});

async function turn(token = TOKEN) {
  const from = gateway.upstream.calls.length;
  const args = ["exec", "--json", "--skip-git-repo-check", "--sandbox", "read-only", "Say something."];
  const ended = await place.run(process.execPath, [CODEX, ...args], { GATEWAY_TOKEN: token });
  const asked = gateway.upstream.calls.slice(from).map(({ key }) => key.at(-1));
  return { ...ended, asked };
}

for (const [name, account, action, next] of [
  ["an account over its limit (429)", "a", limited, "b"],
  ["a failure inside a stream that began with 200", "b", failedInside, "c"],
] as const)
  test(`Codex is answered past ${name}`, async () => {
    failing.set(account, action);
    const { exit, out, err, asked } = await turn();
    assert.equal(exit, 0, `${out}${err}`);
    const events = out
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    const messages = events.flatMap(({ item }) => (item?.type === "agent_message" ? [item.text] : []));
    assert.deepEqual(messages, [ANSWER]);
    assert.ok(!events.some(({ type }) => type === "error" || type === "turn.failed"), out);
    assert.ok(asked.includes(account) && asked.includes(next), asked.join(" "));
  });

test("a gateway token that is wrong is told as such, and reaches no account", async () => {
  const { exit, out, err, asked } = await turn("fake-wrong-token");
  assert.notEqual(exit, 0);
  assert.match(out + err, /401|Unauthorized/i);
  assert.deepEqual(asked, []);
});

test("the login that Codex keeps is lent without its refresh token, and Codex still has it", async () => {
  const jwt = (claims: unknown) => `e30.${Buffer.from(JSON.stringify(claims)).toString("base64url")}.fake`;
  const auth = { chatgpt_account_id: "acct-fake", chatgpt_plan_type: "plus" };
  const tokens = {
    access_token: jwt({ exp: Math.floor(Date.now() / 1000) + 86_400, "https://api.openai.com/auth": auth }),
    id_token: jwt({ email: "me@example.com", "https://api.openai.com/auth": auth }),
    refresh_token: "rt_fake-0123456789",
    account_id: "acct-fake",
  };
  const text = JSON.stringify({ OPENAI_API_KEY: null, tokens, last_refresh: new Date().toISOString() });
  writeFileSync(join(place.home, ".codex/auth.json"), text, { mode: 0o600 });
  const known = await place.run(process.execPath, [CODEX, "login", "status"]);
  assert.match(known.out + known.err, /Logged in using ChatGPT/);
  const words = ["models", "auth", "login", "--provider", "openai", "--method", "cli"];
  const lent = await place.run(process.execPath, [ENTRY, ...words]);
  assert.equal(lent.exit, 0, lent.err);
  assert.match(lent.out, /openai:default \(openai\/oauth\)/);
  assert.ok(!(lent.out + lent.err).includes("rt_fake"));
  const still = await place.run(process.execPath, [CODEX, "login", "status"]);
  assert.match(still.out + still.err, /Logged in using ChatGPT/);
});

test("nothing but loopback was asked for", () => assert.deepEqual(place.asked, []));
