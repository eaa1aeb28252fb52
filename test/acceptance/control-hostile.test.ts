// Whatever is sent to the control plane costs its sender alone: others go on, and the gateway keeps serving.
import assert from "node:assert/strict";
import { connect } from "node:net";
import { after, before, describe, test } from "node:test";
import { WebSocket } from "ws";
import * as act from "../fakes/upstream-actions.ts";
import { ControlClient, controlClient } from "../support/control-client.ts";
import { eventually } from "../support/eventually.ts";
import type { TestGateway } from "../support/gateway.ts";
import { startTestGateway, TOKEN } from "../support/gateway.ts";
import { PROTOCOLS } from "../support/protocols.ts";

const RIGHT = { auth: { token: TOKEN } };
const frame = (method: string, params: unknown = {}, id = "1") =>
  JSON.stringify({ type: "req", id, method, params });

describe("hostile clients", () => {
  let gateway: TestGateway;
  let witness: ControlClient;
  before(async () => {
    gateway = await startTestGateway({
      providers: { p: {} },
      script: () => act.reply({ body: PROTOCOLS.chat.whole("fine") }),
    });
    witness = await controlClient(gateway.url, RIGHT);
  });
  after(async () => {
    witness.close();
    await gateway.stop();
  });

  /** Somebody else is served, over both doors. */
  async function othersGoOn(): Promise<void> {
    assert.equal((await witness.ask("health")).ok, true);
    const body = { model: "p/m1", messages: [{ role: "user", content: "hi" }] };
    assert.equal((await gateway.post("/v1/chat/completions", body)).status, 200);
  }

  /** How the socket of somebody who sends this at once ends. */
  async function endOf(data: string | Uint8Array): Promise<number> {
    const client = new ControlClient(gateway.url);
    await client.event("connect.challenge");
    client.socket.send(data);
    return (await client.closed).code;
  }

  const STRANGERS: readonly (readonly [string, string | Uint8Array, number])[] = [
    ["text that is no JSON", "hello", 1000],
    ["half a frame", '{"type":"req","id":"1","meth', 1000],
    ["an array", "[]", 1008],
    ["null", "null", 1008],
    ["an event", '{"type":"event","event":"x"}', 1008],
    ["a binary frame", new Uint8Array([1, 2, 3]), 1003],
    ["a request before connect", frame("health"), 1008],
    ["connect without parameters", '{"type":"req","id":"1","method":"connect"}', 1008],
    ["connect with nonsense", frame("connect", { client: [], minProtocol: {}, auth: 7 }), 1008],
    ["a giant frame", "x".repeat(300_000), 1009],
    [
      "a fault that is told in letters of several bytes",
      frame("connect", { [`💥${"é".repeat(99)}`]: 1 }),
      1008,
    ],
    ["half a letter", frame("connect", { ["\ud83d".repeat(99)]: 1 }), 1008],
  ];
  for (const [name, data, code] of STRANGERS)
    test(`before the handshake, ${name} ends the socket with ${code}`, async () => {
      assert.equal(await endOf(data), code);
      await othersGoOn();
    });

  test("a handshake that was recorded cannot be played again", async () => {
    const first = new ControlClient(gateway.url);
    await first.connect(RIGHT);
    const again = await first.request("connect", {});
    assert.match(again.error.message, /first request/);
    first.close();
    // Two at once: the second is not waited for.
    const eager = new ControlClient(gateway.url);
    await eager.event("connect.challenge");
    eager.send(frame("connect", {}));
    eager.send(frame("connect", {}));
    assert.equal((await eager.closed).code, 1008);
  });

  test("after the handshake, nonsense is answered, binary and giant frames end the socket", async () => {
    const client = await controlClient(gateway.url, RIGHT);
    for (const nonsense of ["hello", "[]", "null", '{"type":"req"}', '{"type":"req","id":7,"method":"x"}'])
      client.send(nonsense);
    await eventually(() => assert.equal(client.frames.filter(({ id }) => id === "invalid").length, 5));
    assert.equal((await client.request("health")).ok, true);
    client.socket.send(new Uint8Array([1]));
    assert.equal((await client.closed).code, 1003);

    const giant = await controlClient(gateway.url, RIGHT);
    giant.socket.send("x".repeat(27_000_000));
    assert.equal((await giant.closed).code, 1009);
    await othersGoOn();
  });

  test("the text of a config has its bounds, in length and in depth", async () => {
    const client = await controlClient(gateway.url, RIGHT);
    const long = await client.request("config.validate", { raw: "[".repeat(2_000_000) });
    assert.match(long.error.message, /at \/raw: must have at most 524288 characters/);
    const rows = "{a:1},".repeat(25_000);
    const plain = JSON.stringify({ $schema: "x".repeat(400_000) });
    assert.equal((await client.ask("config.validate", { raw: plain })).valid, true);
    for (const [method, params] of [
      ["config.validate", {}],
      ["access.validate", {}],
      ["config.set", { baseHash: "x" }],
      ["access.patch", { baseHash: "x" }],
    ] as const) {
      const refused = await client.request(method, { raw: `{a:[${rows}]}`, ...params });
      assert.match(refused.error.message, /at \/raw: must be plain JSON beyond 131072 characters/, method);
    }
    const deep = await client.request("config.validate", {
      raw: `${'{"a":'.repeat(50_000)}1${"}".repeat(50_000)}`,
    });
    assert.equal(deep.ok, true, JSON.stringify(deep.error));
    await othersGoOn();
    client.close();
  });

  test("broken WebSocket frames end the connection", async () => {
    for (const bytes of [
      [0xff, 0xff, 0xff, 0xff],
      [0x81, 0x05, 1, 2],
      [0x88, 0xff],
      [0xc1, 0x80, 0, 0, 0, 0],
    ]) {
      const socket = connect(gateway.port, "127.0.0.1");
      const head = [
        "GET / HTTP/1.1",
        `host: 127.0.0.1:${gateway.port}`,
        "connection: upgrade",
        "upgrade: websocket",
        "sec-websocket-version: 13",
        "sec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==",
      ];
      socket.write(`${head.join("\r\n")}\r\n\r\n`);
      socket.once("data", () => socket.write(Buffer.from(bytes)));
      const ended = new Promise((resolve) => socket.once("close", resolve).resume());
      // One that only waits is cut off like any other that is silent; here, when it goes.
      socket.once("data", () => setTimeout(() => socket.destroy(), 500));
      await ended;
    }
    await othersGoOn();
  });

  test("an upgrade to anything else is served as if it had not been asked for", async () => {
    const answer = await new Promise<string>((resolve) => {
      const socket = connect(gateway.port, "127.0.0.1");
      const head = [
        "GET /health HTTP/1.1",
        `host: 127.0.0.1:${gateway.port}`,
        "connection: upgrade, http2-settings",
        "upgrade: h2c",
        "http2-settings: AAMAAABkAARAAAAAAAIAAAAA",
      ];
      socket.write(`${head.join("\r\n")}\r\n\r\n`);
      socket.once("data", (data) => {
        resolve(String(data));
        socket.destroy();
      });
    });
    assert.match(answer, /^HTTP\/1\.1 200/);
  });

  test("a client that asks and does not read is not listened to", async () => {
    const slow = await controlClient(gateway.url, RIGHT);
    slow.socket.pause();
    for (let n = 0; n < 4000; n++) slow.send(frame("health", {}, `s${n}`));
    await othersGoOn();
    assert.ok(process.memoryUsage().rss < 1_500_000_000);
    slow.socket.resume();
    await slow.frame(({ id }) => id === "s3999");
    slow.close();
  });

  test("1,000 silent connections: the oldest give way, others connect and are served", async () => {
    const silent = Array.from({ length: 1000 }, () => new WebSocket(gateway.url.replace("http", "ws")));
    let over = 0;
    for (const socket of silent) {
      socket.on("error", () => undefined);
      socket.on("close", () => over++);
    }
    await eventually(() => assert.ok(over >= 488, `${over}`));
    const late = await controlClient(gateway.url, RIGHT);
    assert.equal((await late.ask("health")).ok, true);
    await othersGoOn();
    late.close();
    for (const socket of silent) socket.terminate();
  });

  test("mutated frames are answered or end their socket, never the gateway", async () => {
    const random = numbersFrom(20_261_121);
    const valid = [
      frame("models.list", { view: "all" }),
      frame("models.auth.order.set", { provider: "p", profiles: ["p:a"] }),
      frame("config.patch", { raw: "{}", baseHash: "x" }),
      frame("runs.list", { limit: 3 }),
      frame("models.why", { run: "last", if: ["order=p:a"] }),
    ];
    let client = await controlClient(gateway.url, { ...RIGHT, scopes: ["operator.read"] });
    for (let n = 0; n < 500; n++) {
      if (client.socket.readyState !== WebSocket.OPEN)
        client = await controlClient(gateway.url, { ...RIGHT, scopes: ["operator.read"] });
      client.send(mutated(valid[n % valid.length]!, random));
    }
    await client.request("health").catch(() => undefined);
    client.close();
    await othersGoOn();
    assert.deepEqual(
      gateway.said.filter((line) => line.includes("failed")),
      [],
    );
  });
});

/** xorshift: the same numbers from the same seed. */
function numbersFrom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

const ODD = ["{", "}", "[", "]", '"', ":", ",", "null", "1e999", "-0", "\\u0000", "__proto__", "true", "💥"];

function mutated(text: string, random: (below: number) => number): string {
  let result = text;
  for (let n = random(4); n >= 0; n--) {
    const at = random(result.length + 1);
    const cut = random(6);
    result = result.slice(0, at) + (random(2) ? ODD[random(ODD.length)] : "") + result.slice(at + cut);
  }
  return result;
}
