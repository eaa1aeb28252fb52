// Whatever a client sends: an answer in its protocol, with a status its SDK understands and a sentence that says what
// to do; never a 500, never a secret, and the gateway answers the next request.
import assert from "node:assert/strict";
import { after, afterEach, before, describe, test } from "node:test";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import * as act from "../fakes/upstream-actions.ts";
import type { TestGateway } from "../support/gateway.ts";
import { keyOf, startTestGateway, TOKEN } from "../support/gateway.ts";
import type { Seen, Sending } from "../support/http-client.ts";
import { send, sendRaw } from "../support/http-client.ts";
import type { Protocol } from "../support/protocols.ts";
import { PROTOCOLS } from "../support/protocols.ts";

const { chat, responses, messages } = PROTOCOLS;
const MOST_BYTES = 4096;
const PROVIDERS = { openai: chat, codex: responses, claude: messages };

let gateway: TestGateway;
const answers: Seen[] = [];
before(async () => {
  gateway = await startTestGateway({
    providers: {
      ...Object.fromEntries(Object.entries(PROVIDERS).map(([id, { api }]) => [id, { api, models: ["m1"] }])),
      film: { api: "dashscope-video", models: ["m1"] },
    },
    access: { gateway: { maxBodyBytes: MOST_BYTES, maxWaitMs: 0 } },
    script: (sent) => {
      const protocol = PROVIDERS[/^\/(\w+)\//.exec(sent.path)![1] as keyof typeof PROVIDERS];
      return sent.body.json.stream
        ? act.stream({ frames: protocol.frames("Hello.") })
        : act.reply({ body: protocol.whole("Hello.") });
    },
  });
});
after(() => gateway.stop());

/** After each test: the gateway serves, and no secret was told or logged. */
afterEach(async () => {
  const fine = await call(chat.path, JSON.stringify(chat.body("openai/m1", false)));
  assert.equal(fine.status, 200, fine.text);
  const told = answers.map(({ headers, text }) => JSON.stringify(headers) + text).join("\n");
  const secrets = [TOKEN, ...Object.keys(PROVIDERS).map((id) => keyOf(id, "a"))];
  for (const secret of secrets)
    assert.ok(!`${told}\n${gateway.said.join("\n")}`.includes(secret), "a secret");
  answers.length = 0;
});

const AUTHORIZED = { authorization: `Bearer ${TOKEN}` };

async function call(path: string, body?: string | Buffer, sending: Sending = {}): Promise<Seen> {
  const headers = { "content-type": "application/json", ...AUTHORIZED, ...sending.headers };
  const seen = await send(gateway.url + path, {
    ...sending,
    headers,
    ...(body === undefined ? {} : { body }),
  });
  answers.push(seen);
  return seen;
}

/** An error object as the protocol has it. */
function assertRefused(
  seen: Seen,
  status: number,
  type: string,
  sentence: RegExp,
  protocol: Protocol = chat,
) {
  assert.equal(seen.status, status, seen.text);
  assert.match(seen.headers["content-type"] ?? "", /^application\/json/);
  const body = JSON.parse(seen.text);
  const shape = protocol === messages ? { type: "error", error: body.error } : { error: body.error };
  assert.deepEqual(body, shape);
  assert.equal(body.error.type, protocol.errorType(type));
  assert.match(body.error.message, sentence);
}

const deep = (depth: number) => `${"[".repeat(depth)}${"]".repeat(depth)}`;
const good = (protocol: Protocol, more: object = {}) =>
  JSON.stringify({ ...protocol.body(modelOf(protocol), false), ...more });
const modelOf = (protocol: Protocol) =>
  `${Object.entries(PROVIDERS).find(([, each]) => each === protocol)![0]}/m1`;

for (const [name, protocol] of Object.entries(PROTOCOLS))
  describe(`${name}: a body`, () => {
    const refused: [string, string | Buffer | undefined, RegExp][] = [
      ["that is missing", undefined, /not valid JSON/],
      ["that is empty", "", /not valid JSON/],
      ["that is cut", good(protocol).slice(0, -2), /not valid JSON/],
      ["that is no object", "[]", /must be a JSON object/],
      ["that is null", "null", /must be a JSON object/],
      ["that is a number", "7", /must be a JSON object/],
      ["of bytes that are no text", Buffer.from([0xff, 0xfe, 0x00]), /not valid JSON/],
      [
        "with an unknown model",
        good(protocol, { model: "nobody/m1" }),
        /no model "nobody\/m1".*\/v1\/models/,
      ],
      ["with an unknown bare model", good(protocol, { model: "gpt-none" }), /no model "gpt-none"/],
      ["whose model is a number", good(protocol, { model: 7 }), /model must be text/],
      ["whose model is an object", good(protocol, { model: { toString: 1 } }), /model must be text/],
      ["whose model is null", good(protocol, { model: null }), /model must be text/],
      ["with an empty model", good(protocol, { model: "" }), /"" is not a model reference/],
      ["with an unknown agent", good(protocol, { model: "openclaw/nobody" }), /no agent "nobody".*openclaw/],
      ["whose agent is a trap", good(protocol, { model: "openclaw/__proto__" }), /no agent "__proto__"/],
      ["whose model is a trap", good(protocol, { model: "__proto__/constructor" }), /no model/],
      ["that nests too deep to matter", `{"model":"nobody/m1","x":${deep(1500)}}`, /no model/],
      ["for a model that does not talk", good(protocol, { model: "film/m1" }), /speaks .* own protocol/],
    ];
    for (const [what, body, sentence] of refused)
      test(`${what}: 400`, async () => {
        const seen = await call(protocol.path, body);
        assertRefused(seen, 400, "invalid_request_error", sentence, protocol);
      });

    for (const [what, chunked] of [
      ["Content-Length", false],
      ["chunks", true],
    ] as const)
      test(`that is larger than allowed, told by ${what}: 413, and which setting allows it`, async () => {
        const body = good(protocol, { padding: "x".repeat(MOST_BYTES) });
        const headers = chunked ? { "transfer-encoding": "chunked" } : {};
        const seen = await call(protocol.path, body, { headers });
        assertRefused(seen, 413, "invalid_request_error", /gateway\.maxBodyBytes in access\.json/, protocol);
      });

    test("that is compressed: 400, and what to do", async () => {
      const headers = { "content-encoding": "gzip" };
      const seen = await call(protocol.path, gzipSync(good(protocol)), { headers });
      assertRefused(seen, 400, "invalid_request_error", /without content-encoding/, protocol);
    });

    const accepted: [string, string][] = [
      ["with a huge number", good(protocol).replace("{", '{"n":1e400,"big":123456789012345678901234567890,')],
      ["with keys of prototypes", good(protocol).replace("{", '{"__proto__":{"model":"x"},"constructor":1,')],
      ["with an escaped model key", good(protocol).replace('"model"', '"m\\u006fdel"')],
      ["with a byte order of its own: model last", reordered(good(protocol))],
      ["with white space everywhere", JSON.stringify(JSON.parse(good(protocol)), null, "\t")],
    ];
    for (const [what, body] of accepted)
      test(`${what} is served, and upstream gets the model's own id`, async () => {
        const seen = await call(protocol.path, body);
        assert.equal(seen.status, 200, seen.text);
        assert.equal(gateway.upstream.calls.at(-1)!.body.json.model, "m1");
      });

    test("that names its model twice goes where the last one says, and upstream reads only that", async () => {
      const seen = await call(protocol.path, good(protocol).replace("{", '{"model":"nobody/x",'));
      assert.equal(seen.status, 200, seen.text);
      const { text } = gateway.upstream.calls.at(-1)!.body;
      assert.deepEqual(text.match(/"model"\s*:\s*"[^"]*"/g), ['"model":"m1"']);
    });
  });

function reordered(body: string): string {
  const { model, ...rest } = JSON.parse(body);
  return JSON.stringify({ ...rest, nested: { model: "nobody/x", list: ['"model":"x"'] }, model });
}

test("the other bytes of a request go upstream as they came", async () => {
  const body =
    '{ "n":1.0, "model" : "openai/m1","messages":[{"role":"user","content":"\\u00e4 \\/ ü"}] ,"big":12345678901234567890}';
  await call(chat.path, body);
  assert.equal(gateway.upstream.calls.at(-1)!.body.text, body.replace("openai/m1", "m1"));
});

describe("an agent's request", () => {
  const faults: [object, RegExp][] = [
    [{ messages: [] }, /at least one message/],
    [{ messages: "hi" }, /messages must be a list/],
    [{ messages: [1] }, /must be an object/],
    [{ messages: [{ role: "system", content: "only this" }] }, /user/],
    [{ temperature: 3 }, /temperature must be a number from 0 to 2/],
    [{ top_p: "x" }, /top_p/],
    [{ stop: ["a", "b", "c", "d", "e"] }, /at most 4/],
    [{ tools: {} }, /tools must be a list/],
  ];
  for (const [fault, sentence] of faults)
    test(`with ${JSON.stringify(fault)}: 400`, async () => {
      const seen = await call(chat.path, JSON.stringify({ ...chat.body("openclaw", false), ...fault }));
      assertRefused(seen, 400, "invalid_request_error", sentence);
    });
});

describe("headers", () => {
  const table: [string, Record<string, string>, number, string, RegExp][] = [
    [
      "an unknown agent",
      { "x-openclaw-agent-id": "nobody" },
      400,
      "invalid_request_error",
      /no agent "nobody"/,
    ],
    ["an unknown model", { "x-openclaw-model": "nobody/m1" }, 404, "invalid_request_error", /nobody\/m1/],
    ...["subagent:x", "cron:x", "acp:x", "agent:main:cron:x"].map(
      (key): [string, Record<string, string>, number, string, RegExp] => [
        `the reserved session ${key}`,
        { "x-openclaw-session-key": key },
        400,
        "invalid_request_error",
        /subagent:, cron: or acp:/,
      ],
    ),
    ["a host that was rebound", { host: "evil.example" }, 403, "permission_error", /localhost only/],
    [
      "a host that only begins well",
      { host: "localhost.evil.example" },
      403,
      "permission_error",
      /localhost/,
    ],
    ["another site's page", { origin: "https://evil.example" }, 403, "permission_error", /allowedOrigins/],
    ["a page without an origin", { origin: "null" }, 403, "permission_error", /allowedOrigins/],
  ];
  for (const [what, headers, status, type, sentence] of table)
    test(`${what}: ${status}`, async () => {
      const calls = gateway.upstream.calls.length;
      const body = JSON.stringify(chat.body("openclaw", false));
      assertRefused(await call(chat.path, body, { headers }), status, type, sentence);
      assert.equal(gateway.upstream.calls.length, calls);
    });

  test("its own page may call", async () => {
    const headers = { origin: gateway.url };
    assert.equal((await call(chat.path, good(chat), { headers })).status, 200);
  });
});

describe("a secret", () => {
  const wrong: [string, Record<string, string>][] = [
    ["that is missing", {}],
    ["that is wrong", { authorization: "Bearer wrong" }],
    ["that is a part of the right one", { authorization: `Bearer ${TOKEN.slice(0, -1)}` }],
    ["that is longer than the right one", { authorization: `Bearer ${TOKEN}x` }],
    ["of another scheme", { authorization: `Basic ${TOKEN}` }],
    ["that is empty", { authorization: "Bearer " }],
    ["in x-api-key that is wrong", { "x-api-key": "wrong" }],
    ["that is not ASCII", { authorization: "Bearer \u00e4\u00f6\u00fc" }],
    ["that is right in x-api-key, beside a wrong bearer", { authorization: "Bearer no", "x-api-key": TOKEN }],
  ];
  for (const [name, protocol] of Object.entries(PROTOCOLS))
    for (const [what, headers] of wrong)
      test(`${name}: ${what}: 401`, async () => {
        const calls = gateway.upstream.calls.length;
        const seen = await send(gateway.url + protocol.path, { headers, body: good(protocol) });
        answers.push(seen);
        assertRefused(seen, 401, "unauthorized", /Unauthorized/, protocol);
        assert.equal(gateway.upstream.calls.length, calls);
      });

  for (const headers of [{ "x-api-key": TOKEN }, { authorization: `bearer ${TOKEN}` }])
    test(`in ${Object.keys(headers)[0]} is taken, and stays here`, async () => {
      const seen = await send(gateway.url + messages.path, { headers, body: good(messages) });
      assert.equal(seen.status, 200);
      assert.ok(!JSON.stringify(gateway.upstream.calls.at(-1)!.headers).includes(TOKEN));
    });

  test("is asked before anything is told about a path or a body", async () => {
    for (const path of ["/v1/models", "/v1/nothing", chat.path]) {
      const seen = await send(gateway.url + path, { method: "GET" });
      assert.equal(seen.status, 401, path);
    }
  });
});

describe("paths and methods", () => {
  const table: [string, string, number][] = [
    ["POST", "/v1/nothing", 404],
    ["GET", "/", 404],
    ["GET", "/v1/chat", 404],
    ["POST", "/v1/chat/completions/", 404],
    ["POST", "//v1/chat/completions", 404],
    ["POST", "/v1/%63hat/completions", 404],
    ["GET", "/__proto__", 404],
    ["GET", "/v1/../etc/passwd", 404],
    ["GET", chat.path, 405],
    ["HEAD", chat.path, 405],
    ["OPTIONS", chat.path, 405],
    ["DELETE", messages.path, 405],
    ["PUT", "/v1/models", 405],
    ["POST", "/healthz", 405],
  ];
  for (const [method, path, status] of table)
    test(`${method} ${path}: ${status}`, async () => {
      const seen = await call(path, undefined, { method });
      assert.equal(seen.status, status);
      if (method !== "HEAD") assert.ok(JSON.parse(seen.text).error.message.length > 0);
      if (status === 405) assert.match(seen.headers.allow ?? "", /POST|GET/);
    });

  test("a query string on a path changes nothing", async () => {
    assert.equal((await call(`${messages.path}?beta=true`, good(messages))).status, 200);
    assert.equal((await call(`${chat.path}?a=/b?c#d`, good(chat))).status, 200);
  });

  test("models are listed, and each has its own address", async () => {
    const { data } = JSON.parse((await call("/v1/models", undefined, { method: "GET" })).text);
    const ids: string[] = data.map(({ id }: any) => id);
    assert.deepEqual(ids.slice(0, 2), ["openclaw", "openclaw/default"]);
    assert.ok(ids.includes("openai/m1") && ids.includes("claude/m1"));
    for (const id of ids)
      for (const path of [id, encodeURIComponent(id)]) {
        const seen = await call(`/v1/models/${path}`, undefined, { method: "GET" });
        assert.equal(JSON.parse(seen.text).id, id);
      }
    const unknown = await call("/v1/models/%E0%A4%A", undefined, { method: "GET" });
    assertRefused(unknown, 400, "invalid_request_error", /no model/);
  });

  test("health is open to all on this machine, but not to a rebound name", async () => {
    for (const path of ["/health", "/healthz", "/ready", "/readyz"]) {
      assert.equal((await send(gateway.url + path, { method: "GET" })).status, 200, path);
      const rebound = await send(gateway.url + path, { method: "GET", headers: { host: "evil.example" } });
      assert.equal(rebound.status, 403, path);
    }
  });
});

describe("bytes on a socket", () => {
  const head = (more = "") =>
    `POST ${chat.path} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer ${TOKEN}\r\n${more}`;
  const whole = (more = "") => {
    const body = good(chat);
    return `${head(`content-length: ${Buffer.byteLength(body)}\r\n${more}`)}\r\n${body}`;
  };
  const statuses = (text: string) => [...text.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status);

  const broken: [string, string, RegExp][] = [
    ["no HTTP", "hello?\r\n\r\n", /^HTTP\/1\.1 400 /],
    ["a bad header line", `${head("no colon here\r\n")}\r\n`, /^HTTP\/1\.1 400 /],
    ["two lengths", `${head("content-length: 2\r\ncontent-length: 3\r\n")}\r\n{}`, /^HTTP\/1\.1 400 /],
    [
      "a length and chunks",
      `${head("content-length: 2\r\ntransfer-encoding: chunked\r\n")}\r\n0\r\n\r\n`,
      /^HTTP\/1\.1 400 /,
    ],
    ["a negative length", `${head("content-length: -1\r\n")}\r\n`, /^HTTP\/1\.1 400 /],
    ["a bad chunk", `${head("transfer-encoding: chunked\r\n")}\r\nzz\r\n`, /^HTTP\/1\.1 400 /],
    ["headers without end", `${head(`x-long: ${"x".repeat(80_000)}`)}`, /^HTTP\/1\.1 431 /],
    ["no host", `GET /healthz HTTP/1.1\r\nconnection: close\r\n\r\n`, /^HTTP\/1\.1 4\d\d /],
  ];
  for (const [what, bytes, expected] of broken)
    test(`${what}: refused, and the connection ends`, async () => {
      assert.match(await sendRaw(gateway.port, [bytes]), expected);
    });

  test("pipelined requests are answered in turn", async () => {
    const text = await sendRaw(gateway.port, [whole() + whole() + whole("connection: close\r\n")]);
    assert.deepEqual(statuses(text), ["200", "200", "200"]);
  });

  test("a request that is smuggled behind a refused one is not served", async () => {
    const calls = gateway.upstream.calls.length;
    const wrongSecret = whole().replace(TOKEN, "wrong");
    const text = await sendRaw(gateway.port, [`${wrongSecret}${whole("connection: close\r\n")}`]);
    assert.ok(["401", "401,200"].includes(statuses(text).join()), text);
    assert.ok(gateway.upstream.calls.length - calls <= 1);
  });

  test("a client that leaves in the middle of its body costs nothing", async () => {
    const calls = gateway.upstream.calls.length;
    const { connect } = await import("node:net");
    const socket = connect(gateway.port, "127.0.0.1");
    socket.end(`${head("content-length: 500\r\n")}\r\n{"model":`);
    await new Promise((resolve) => socket.resume().once("close", resolve));
    assert.equal(gateway.upstream.calls.length, calls);
  });

  test("slow senders do not keep others waiting", async () => {
    const { connect } = await import("node:net");
    const slow = Array.from({ length: 50 }, () => {
      const socket = connect(gateway.port, "127.0.0.1").on("error", () => {});
      socket.write(head("content-length: 500\r\n"));
      return socket;
    });
    assert.equal((await call(chat.path, good(chat))).status, 200);
    for (const socket of slow) socket.destroy();
  });
});

test("whatever else is sent: a 2xx or a 4xx, in JSON, and never a 500", async () => {
  const json = fc.jsonValue({ maxDepth: 4 });
  const mutated = fc
    .record({
      protocol: fc.constantFrom(chat, responses, messages),
      model: fc.oneof(fc.constantFrom("openclaw", "openai/m1", "codex/m1", "claude/m1"), fc.string(), json),
      stream: fc.oneof(fc.boolean(), json),
      more: fc.dictionary(
        fc.oneof(
          fc.constantFrom("messages", "input", "tools", "user", "stream_options", "system"),
          fc.string(),
        ),
        json,
        { maxKeys: 4 },
      ),
      session: fc.option(fc.stringMatching(/^[ -~]{0,40}$/), { nil: undefined }),
    })
    .map(({ protocol, model, stream, more, session }) => ({
      path: protocol.path,
      body: JSON.stringify({ ...protocol.body("openclaw", false), model, stream, ...more }),
      headers: session === undefined ? {} : { "x-openclaw-session-key": session },
    }));
  const property = fc.asyncProperty(mutated, async ({ path, body, headers }) => {
    const { status, text, headers: got } = await call(path, body, { headers });
    assert.ok(status === 200 || (status >= 400 && status < 500), `${status} ${text}`);
    if (status !== 200) assert.ok(JSON.parse(text).error.message.length > 0);
    assert.match(got["content-type"] ?? "", /json|event-stream/);
  });
  const seed = Number(process.env["FC_SEED"]) || Date.now() % 2 ** 31;
  console.log(`fast-check seed: FC_SEED=${seed}`);
  await fc.assert(property, { numRuns: 150, seed });
});
