// What only a hostile or odd upstream does, and what a careless operator types.
import assert from "node:assert/strict";
import { once } from "node:events";
import { request } from "node:http";
import { connect } from "node:net";
import { test } from "node:test";
import type { TestContext } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { createGzip } from "node:zlib";
import type { Action } from "../fakes/scripted-upstream.ts";
import { reply, stream } from "../fakes/upstream-actions.ts";
import { chatBody, chatFrames } from "../fakes/wire-samples.ts";
import type { TestGateway, TestSetup } from "../support/gateway.ts";
import { keyOf, startTestGateway, TOKEN } from "../support/gateway.ts";

const QUESTION = [{ role: "user", content: "hi" }];
const CHAT = "/v1/chat/completions";

async function gatewayWith(
  t: TestContext,
  action: Action,
  setup: Partial<TestSetup> = {},
): Promise<TestGateway> {
  const gateway = await startTestGateway({
    providers: { p: {} },
    access: { gateway: { maxWaitMs: 0 } },
    script: () => action,
    ...setup,
  });
  t.after(() => gateway.stop());
  return gateway;
}

test("a key that upstream echoes, plain or encoded, reaches neither the client nor a receipt", async (t) => {
  const key = keyOf("p", "a");
  const base64 = Buffer.from(`Bearer ${key}`).toString("base64");
  const hex = Buffer.from(key).toString("hex");
  const message = `Incorrect API key provided: ${key} (${base64}, ${hex}).`;
  const gateway = await gatewayWith(t, reply({ status: 401, body: { error: { message } } }));
  const answer = await gateway.post(CHAT, { model: "p/m1", messages: QUESTION });
  const seen = (await answer.text()) + JSON.stringify(await gateway.receipt(answer));
  assert.match(seen, /Incorrect API key provided: \[secret\]/);
  for (const form of [key, base64.slice(12, 30), hex.slice(0, 16)]) assert.ok(!seen.includes(form), form);
});

test("a stream that announces a length and breaks leaves the connection usable", async (t) => {
  const [role, content] = chatFrames("hello");
  const broken = `${role}${content}data: {"error":{"message":"gone","type":"server_error"}}\n\n`;
  const length = { "content-length": String(Buffer.byteLength(broken)), "content-type": "text/event-stream" };
  const gateway = await gatewayWith(t, ({ response }) => void response.writeHead(200, length).end(broken));
  const text = await (await gateway.post(CHAT, { model: "p/m1", stream: true, messages: QUESTION })).text();
  assert.match(
    text,
    /"content":"hello"[\s\S]*data: \{"error":\{"message":"gone[^\n]*\n\ndata: \[DONE\]\n\n$/,
  );
});

test("a stream under another content type breaks as a stream does", async (t) => {
  const [role, content] = chatFrames("hello");
  const gateway = await gatewayWith(t, ({ response, cut }) => {
    response.writeHead(200, { "content-type": "text/plain" });
    response.write(`${role}${content}`, () => setTimeout(() => cut("reset"), 50));
  });
  const text = await (await gateway.post(CHAT, { model: "p/m1", stream: true, messages: QUESTION })).text();
  assert.match(text, /"error":\{"message"[^\n]*\n\ndata: \[DONE\]\n\n$/);
});

test("words about the end of a stream do not end it", async (t) => {
  const frames = chatFrames("it ends with data: [DONE] or message_stop").slice(0, 2);
  const gateway = await gatewayWith(t, stream({ frames }));
  const answer = await gateway.post(CHAT, { model: "p/m1", stream: true, messages: QUESTION });
  assert.match(await answer.text(), /"error":\{"message":/);
  assert.equal((await gateway.receipt(answer)).outcome, "cut");
});

test("a model name in any script is served", async (t) => {
  const gateway = await gatewayWith(t, reply({ body: chatBody("hello") }), {
    providers: { p: { models: ["m1", "模型"] } },
  });
  const answer = await gateway.post(CHAT, { model: "p/模型", messages: QUESTION });
  assert.equal(answer.status, 200);
  assert.equal(answer.headers.get("x-openclaw-served-model"), "p/%E6%A8%A1%E5%9E%8B");
});

test("headers that the config adds go upstream, references resolved, and win over ours", async (t) => {
  const headers = { "X-Team": "blue", "x-extra-key": "${EXTRA_KEY}", authorization: "Basic fake" };
  const gateway = await gatewayWith(t, reply({ body: chatBody("hello") }), {
    providers: { p: { config: { headers } } },
    env: { EXTRA_KEY: "fake-extra-key-0123456789" },
  });
  await gateway.post(CHAT, { model: "p/m1", messages: QUESTION });
  const sent = gateway.upstream.calls[0]!.headers;
  assert.deepEqual(
    [sent["x-team"], sent["x-extra-key"], sent.authorization],
    ["blue", "fake-extra-key-0123456789", "Basic fake"],
  );
});

test("an empty secret opens nothing", async (t) => {
  const gateway = await gatewayWith(t, reply({ body: chatBody("hello") }));
  const url = new URL(`${gateway.url}/v1/models`);
  const statusWith = (headers: Record<string, string>) =>
    new Promise((resolve) =>
      request(url, { headers }, (response) => resolve(response.resume().statusCode)).end(),
    );
  assert.equal(await statusWith({ authorization: `Bearer ${TOKEN}` }), 200);
  for (const headers of [
    { "x-api-key": "" },
    { authorization: "Bearer " },
    { authorization: "" },
    { "x-api-key": " " },
  ]) {
    assert.equal(await statusWith(headers as Record<string, string>), 401, JSON.stringify(headers));
  }
});

test("names are bounded at the door", async (t) => {
  const gateway = await gatewayWith(t, reply({ body: chatBody("hello") }));
  for (const model of [`p/${"x".repeat(300)}`, "p/m\u0000", "p/m\r\nx-evil: 1"]) {
    const answer = await gateway.post(CHAT, { model, messages: QUESTION });
    assert.equal(answer.status, 400);
    assert.match(await answer.text(), /at most 256 visible characters/);
  }
  const header = await gateway.post(
    CHAT,
    { messages: QUESTION },
    { "x-openclaw-model": `p/${"x".repeat(300)}` },
  );
  assert.equal(header.status, 400);
  assert.deepEqual(gateway.tried(), []);
});

test("an account that is alive and tells nothing is given up: pings without content, an answer byte by byte", async (t) => {
  const pings: Action = async ({ response, signal }) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    while (!signal.aborted) {
      response.write(": ping\n\n");
      await pause(20);
    }
  };
  const bytes: Action = async ({ response, signal }) => {
    response.writeHead(200, { "content-type": "application/json" });
    while (!signal.aborted) {
      response.write(" ");
      await pause(20);
    }
  };
  const given = async (silent: Action, streamed: boolean) => {
    const healthy = streamed ? stream({ frames: chatFrames("hello") }) : reply({ body: chatBody("hello") });
    const gateway = await gatewayWith(t, healthy, {
      providers: { p: { keys: ["a", "b"] } },
      access: { gateway: { answerTimeoutMs: 2000 } },
      script: (call) => (call.key.endsWith("-a") ? silent : healthy),
    });
    const answer = await gateway.post(CHAT, { model: "p/m1", stream: streamed, messages: QUESTION });
    assert.match(await answer.text(), /hello/);
    assert.deepEqual(gateway.tried(), ["p.a", "p.b"]);
  };
  await Promise.all([given(pings, true), given(bytes, false)]);
});

test("an index from outside costs no memory", async (t) => {
  const toolCall = (index: number) =>
    `data: {"choices":[{"index":0,"delta":{"tool_calls":[{"index":${index},"id":"c${index}","function":{"name":"f","arguments":"{}"}}]}}]}\n\n`;
  const end = 'data: {"choices":[{"index":0,"delta":{},"finish_reason":"tool_calls"}]}\n\ndata: [DONE]\n\n';
  const gateway = await gatewayWith(t, stream({ frames: [toolCall(4_000_000_000), toolCall(7), end] }));
  const answer = await gateway.post(CHAT, { model: "openclaw", messages: QUESTION });
  const { choices } = (await answer.json()) as { choices: { message: { tool_calls: { id: string }[] } }[] };
  assert.deepEqual(
    choices[0]!.message.tool_calls.map(({ id }) => id),
    ["c4000000000", "c7"],
  );
});

test("a client that reads nothing slows a compressing provider down", async (t) => {
  const frame = chatFrames("x".repeat(64 * 1024))[1]!;
  const sent = { bytes: 0 };
  const endless: Action = async ({ response, signal }) => {
    response.writeHead(200, { "content-type": "text/event-stream", "content-encoding": "gzip" });
    const gzip = createGzip({ level: 0 });
    gzip.pipe(response);
    while (!signal.aborted && sent.bytes < 200_000_000) {
      sent.bytes += frame.length;
      if (!gzip.write(frame)) await Promise.race([once(gzip, "drain"), once(signal, "abort")]);
    }
  };
  const gateway = await gatewayWith(t, endless);
  const body = JSON.stringify({ model: "p/m1", stream: true, messages: QUESTION });
  const headers = { authorization: `Bearer ${TOKEN}`, "content-type": "application/json" };
  const client = request(new URL(gateway.url + CHAT), { method: "POST", headers }, (response) =>
    response.pause(),
  );
  client.on("error", () => {}).end(body);
  let before = -1;
  while (sent.bytes === 0 || sent.bytes !== before) {
    before = sent.bytes;
    await pause(400);
  }
  assert.ok(sent.bytes < 100_000_000, `${sent.bytes} bytes were taken for a client that reads nothing`);
  client.destroy();
});

test('a model called "undefined" is no missing model, whatever was asked before', async (t) => {
  const gateway = await gatewayWith(t, stream({ frames: chatFrames("hello") }));
  const status = async (body: object) => (await gateway.post(CHAT, { messages: QUESTION, ...body })).status;
  assert.deepEqual(
    [await status({}), await status({ model: "undefined" }), await status({ model: null })],
    [200, 400, 400],
  );
});

test("a body that cannot be encoded is refused, and its profile is not counted as busy for ever", async (t) => {
  const gateway = await gatewayWith(t, stream({ frames: chatFrames("hello") }), {
    providers: { p: { keys: ["a", "b"] } },
  });
  const deep = `${"[".repeat(20_000)}${"]".repeat(20_000)}`;
  const body = `{"messages":[{"role":"user","content":${deep}}]}`;
  for (let n = 0; n < 3; n++) assert.equal((await gateway.post(CHAT, body)).status, 400);
  const answer = await gateway.post(CHAT, { messages: QUESTION });
  assert.deepEqual((await gateway.receipt(answer)).load?.inFlight, [0, 0]);
});

test("what is no HTTP gets an error object", async (t) => {
  const gateway = await gatewayWith(t, reply({ body: chatBody("hello") }));
  const say = async (text: string) => {
    const socket = connect(Number(new URL(gateway.url).port), "127.0.0.1");
    socket.end(text);
    let heard = "";
    for await (const chunk of socket.setEncoding("utf8")) heard += chunk;
    return heard;
  };
  assert.match(
    await say("GARBAGE\r\n\r\n"),
    /^HTTP\/1\.1 400 [\s\S]*"error":\{"message":"This is not a valid HTTP request\."/,
  );
  assert.match(
    await say(`GET /healthz HTTP/1.1\r\nhost: localhost\r\nx-large: ${"x".repeat(20_000)}\r\n\r\n`),
    /^HTTP\/1\.1 431 [\s\S]*16 KB/,
  );
  assert.match(await say("GET /healthz HTTP/1.1\r\n\r\n"), /^HTTP\/1\.1 403 [\s\S]*localhost only/);
});

test("a page of an allowed origin may ask and read; any other may not", async (t) => {
  const origin = "https://app.example";
  const gateway = await gatewayWith(t, reply({ body: chatBody("hello") }), {
    config: { gateway: { auth: { mode: "token", token: TOKEN }, controlUi: { allowedOrigins: [origin] } } },
  });
  const preflight = (from: string) =>
    fetch(gateway.url + CHAT, {
      method: "OPTIONS",
      headers: { origin: from, "access-control-request-headers": "authorization" },
    });
  const asked = await preflight(origin);
  assert.deepEqual([asked.status, asked.headers.get("access-control-allow-origin")], [204, origin]);
  const answer = await gateway.post(CHAT, { model: "p/m1", messages: QUESTION }, { origin });
  assert.deepEqual([answer.status, answer.headers.get("access-control-allow-origin")], [200, origin]);
  const foreign = await preflight("https://evil.example");
  assert.deepEqual([foreign.status, foreign.headers.get("access-control-allow-origin")], [403, null]);
});
