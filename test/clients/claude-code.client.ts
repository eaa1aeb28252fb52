// The real Claude Code makes turns through the gateway while its accounts fail: it sees answers, and nothing else.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { messagesFrames, messagesErrorFrame, anthropicError } from "../fakes/wire-samples.ts";
import type { Action, Call } from "../fakes/scripted-upstream.ts";
import { reply, stream } from "../fakes/upstream-actions.ts";
import type { TestGateway } from "../support/gateway.ts";
import { startTestGateway, TOKEN } from "../support/gateway.ts";
import type { Place } from "./programs.ts";
import { CLAUDE, openPlace } from "./programs.ts";

const ANSWER = "The lighthouse keeper counts forty-two gulls.";
const answered: Action = stream({ frames: messagesFrames(ANSWER) });
const limited: Action = reply({
  status: 429,
  headers: { "retry-after": "30" },
  body: anthropicError({ type: "rate_limit_error", message: "This request would exceed your rate limit." }),
});
const overloadedInside: Action = stream({
  frames: [
    messagesFrames("").at(0)!,
    messagesErrorFrame({ type: "overloaded_error", message: "Overloaded" }),
  ],
});

let place: Place;
let gateway: TestGateway;
/** What an account does instead of answering. */
const failing = new Map<string, Action>();

before(async () => {
  place = await openPlace();
  gateway = await startTestGateway({
    providers: { p: { api: "anthropic-messages", keys: ["a", "b", "c"] } },
    order: { p: ["p:a", "p:b", "p:c"] },
    script: ({ key }) => failing.get(key.at(-1)!) ?? answered,
  });
});
after(async () => {
  await gateway.stop();
  await place.close();
});

const messages = (calls: readonly Call[]) => calls.filter(({ path }) => /\/v1\/messages(\?|$)/.test(path));
const accounts = (calls: readonly Call[]) => messages(calls).map(({ key }) => key.at(-1));

async function turn(...more: readonly string[]) {
  const from = gateway.upstream.calls.length;
  const ended = await place.run(CLAUDE, ["-p", "Say something.", "--output-format", "json", ...more], {
    ANTHROPIC_BASE_URL: gateway.url,
    ANTHROPIC_AUTH_TOKEN: TOKEN,
    ANTHROPIC_MODEL: "p/m1",
    ANTHROPIC_SMALL_FAST_MODEL: "p/m2",
    ANTHROPIC_DEFAULT_HAIKU_MODEL: "p/m2",
  });
  const calls = gateway.upstream.calls.slice(from);
  return { ...ended, calls, answer: ended.exit === 0 ? JSON.parse(ended.out) : undefined };
}

for (const [name, account, action, next] of [
  ["an account over its limit (429)", "a", limited, "b"],
  ["an overload inside a stream that began with 200", "b", overloadedInside, "c"],
] as const)
  test(`Claude Code is answered past ${name}`, async () => {
    failing.set(account, action);
    const { exit, out, err, answer, calls } = await turn();
    assert.equal(exit, 0, `${out}${err}`);
    assert.equal(answer.result, ANSWER);
    assert.equal(answer.is_error, false);
    const asked = accounts(calls);
    assert.ok(asked.includes(account) && asked.includes(next), asked.join(" "));
    assert.ok(messages(calls).every(({ body }) => ["m1", "m2"].includes(body.json.model)));
  });

test("Claude Code reads the stream as it comes", async () => {
  const { exit, out, err } = await place.run(
    CLAUDE,
    ["-p", "Say something.", "--output-format", "stream-json", "--verbose", "--include-partial-messages"],
    { ANTHROPIC_BASE_URL: gateway.url, ANTHROPIC_AUTH_TOKEN: TOKEN, ANTHROPIC_MODEL: "p/m1" },
  );
  assert.equal(exit, 0, `${out}${err}`);
  const events = out
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  const text = events.flatMap(({ event }) => event?.delta?.text ?? []).join("");
  assert.equal(text, ANSWER);
});

test("a gateway token that is wrong is told as such, and reaches no account", async () => {
  const from = gateway.upstream.calls.length;
  const { exit, out, err } = await place.run(CLAUDE, ["-p", "Say something."], {
    ANTHROPIC_BASE_URL: gateway.url,
    ANTHROPIC_AUTH_TOKEN: "fake-wrong-token",
    ANTHROPIC_MODEL: "p/m1",
  });
  assert.notEqual(exit, 0);
  assert.match(out + err, /401|authenticat|API key/i);
  assert.equal(gateway.upstream.calls.length, from);
});

test("nothing but loopback was asked for", () => assert.deepEqual(place.asked, []));
