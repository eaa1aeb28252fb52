import assert from "node:assert/strict";
import { request } from "node:http";
import { after, before, test } from "node:test";
import Anthropic from "@anthropic-ai/sdk";
import OpenAI from "openai";
import type { Action, ScriptedUpstream } from "./scripted-upstream.ts";
import { startScriptedUpstream } from "./scripted-upstream.ts";
import { eventually } from "../support/eventually.ts";
import * as act from "./upstream-actions.ts";
import * as wire from "./wire-samples.ts";

let upstream: ScriptedUpstream;
before(async () => void (upstream = await startScriptedUpstream()));
after(() => upstream.close());

interface Seen {
  readonly status?: number | undefined;
  readonly type?: string | undefined;
  readonly text: string;
  /** code of the transport error, if there was one */
  readonly broken?: string | undefined;
}

/** One call as a plain HTTP client sees it, with what arrived before the connection broke. */
function call(): Promise<Seen> {
  return new Promise((resolve) => {
    let answered = false;
    const sent = request(upstream.url, { method: "POST", agent: false }, (response) => {
      answered = true;
      const { statusCode: status } = response;
      const type = response.headers["content-type"];
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => void (text += chunk));
      response.on("end", () => resolve({ status, type, text }));
      response.on("error", ({ code }: NodeJS.ErrnoException) =>
        resolve({ status, type, text, broken: code }),
      );
    });
    sent.on("error", ({ code }: NodeJS.ErrnoException) => {
      if (!answered) resolve({ text: "", broken: code });
    });
    sent.end("{}");
  });
}

const frames = wire.chatFrames("one two three");
const error = { type: "server_error", message: "no luck" };
const errorFrame = wire.chatErrorFrame(error);

const faults: [string, Action, Partial<Seen>][] = [
  ["resetBefore", act.resetBefore(), { text: "", broken: "ECONNRESET" }],
  ["resetInsideHeaders", act.resetInsideHeaders(), { text: "", broken: "ECONNRESET" }],
  [
    "resetAfterFrames",
    act.resetAfterFrames(2, { frames }),
    { status: 200, text: frames.slice(0, 2).join(""), broken: "ECONNRESET" },
  ],
  [
    "halfFrame, RST",
    act.halfFrame(1, { frames }),
    { text: frames[0]! + frames[1]!.slice(0, frames[1]!.length >> 1), broken: "ECONNRESET" },
  ],
  ["halfFrame, FIN", act.halfFrame(0, { frames }, "fin"), { broken: "ECONNRESET" }],
  ["endAfterFrames", act.endAfterFrames(1, { frames }), { text: frames[0]!, broken: undefined }],
  ["errorEventFirst", act.errorEventFirst(errorFrame), { status: 200, text: errorFrame }],
  ["errorEventAfter", act.errorEventAfter(1, { frames }, errorFrame), { text: frames[0]! + errorFrame }],
  ["wrongContentType", act.wrongContentType(), { status: 200, type: "text/html" }],
  ["slowHeaders", act.slowHeaders(20, act.reply({ status: 429 })), { status: 429, broken: undefined }],
  ["lyingContentLength", act.lyingContentLength(100, "{}"), { text: "{}", broken: "ECONNRESET" }],
  ["drip", act.drip(7, 0, { frames: frames.slice(0, 1) }), { text: frames[0]!, broken: undefined }],
];
for (const [name, action, expected] of faults)
  test(`a client sees ${name}`, async () => {
    upstream.script(() => action);
    const seen = await call();
    for (const [field, value] of Object.entries(expected))
      assert.equal(seen[field as keyof Seen], value, field);
  });

test("gigantic sends as many bytes as it says", async () => {
  upstream.script(() => act.gigantic(300_000));
  const { text } = await call();
  assert.equal(JSON.parse(text).padding.length, 300_000);
});

test("gzipped is gzip", async () => {
  upstream.script(() => act.gzipped({ body: wire.chatBody("hello") }));
  const response = await fetch(upstream.url, { headers: { "accept-encoding": "identity" } });
  assert.equal(response.headers.get("content-encoding"), "gzip");
  assert.deepEqual(await response.json(), wire.chatBody("hello"));
});

test("stalls are noticed as left when the client gives up", async () => {
  for (const action of [act.stall(), act.stallAfterFrames(1, { frames })]) {
    upstream.script(() => action);
    const earlier = upstream.calls.length;
    const leaving = new AbortController();
    const answer = fetch(upstream.url, { signal: leaving.signal }).then((response) => response.text());
    await eventually(() => assert.equal(upstream.calls.length, earlier + 1));
    leaving.abort();
    await assert.rejects(answer);
    assert.equal(await upstream.calls.at(-1)!.outcome, "left");
  }
});

test("a call is recorded with its key and body, and the script sees its number", async () => {
  const earlier = upstream.calls.length;
  const numbers: number[] = [];
  upstream.script((_, n) => (numbers.push(n), act.reply({ body: { ok: true } })));
  await fetch(`${upstream.url}/a`, { method: "POST", headers: { "x-api-key": "k1" }, body: '{"b":1}' });
  await fetch(`${upstream.url}/b`, { headers: { authorization: "Bearer k2" } });
  assert.deepEqual(numbers, [earlier, earlier + 1]);
  assert.deepEqual(
    upstream.calls
      .slice(earlier)
      .map(({ method, path, key, body }) => ({ method, path, key, json: body.json })),
    [
      { method: "POST", path: "/a", key: "k1", json: { b: 1 } },
      { method: "GET", path: "/b", key: "k2", json: undefined },
    ],
  );
  assert.equal(await upstream.calls.at(-1)!.outcome, "answered");
});

test("the official clients read the samples", async () => {
  const openai = new OpenAI({ baseURL: `${upstream.url}/v1`, apiKey: "k", maxRetries: 0 });
  const anthropic = new Anthropic({ baseURL: upstream.url, apiKey: "k", maxRetries: 0 });
  const text = "Hello there, all of you.";
  const messages = [{ role: "user" as const, content: "hi" }];

  upstream.script(() => act.reply({ body: wire.chatBody(text) }));
  const chat = await openai.chat.completions.create({ model: "m1", messages });
  assert.equal(chat.choices[0]!.message.content, text);

  upstream.script(() => act.stream({ frames: wire.chatFrames(text) }));
  const chatStream = openai.chat.completions.stream({ model: "m1", messages });
  assert.equal(await chatStream.finalContent(), text);

  upstream.script(() => act.reply({ body: wire.responsesBody(text) }));
  const response = await openai.responses.create({ model: "m1", input: "hi" });
  assert.equal(response.output_text, text);

  upstream.script(() => act.stream({ frames: wire.responsesFrames(text) }));
  const streamed = await openai.responses.stream({ model: "m1", input: "hi" }).finalResponse();
  assert.equal(streamed.output_text, text);

  upstream.script(() => act.stream({ frames: wire.messagesFrames(text) }));
  const message = await anthropic.messages.stream({ model: "m1", max_tokens: 9, messages }).finalText();
  assert.equal(message, text);

  upstream.script(() => act.reply({ body: wire.messagesBody(text) }));
  const whole = await anthropic.messages.create({ model: "m1", max_tokens: 9, messages });
  assert.deepEqual(whole.content, [{ type: "text", text }]);

  upstream.script(() => act.errorEventFirst(wire.messagesErrorFrame(error)));
  await assert.rejects(anthropic.messages.stream({ model: "m1", max_tokens: 9, messages }).finalText());

  upstream.script(() => act.errorEventFirst(errorFrame));
  await assert.rejects(openai.chat.completions.stream({ model: "m1", messages }).finalContent());
});
