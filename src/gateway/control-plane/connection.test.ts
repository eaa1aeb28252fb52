import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { TestContext } from "node:test";
import { test } from "node:test";
import { WebSocket, WebSocketServer } from "ws";
import { FailedAttempts } from "../../core/failed-attempts.ts";
import type { GuardSettings } from "../guard/guard.ts";
import { Connection } from "./connection.ts";
import { eventually } from "../../../test/support/eventually.ts";
import { PROTOCOL } from "./protocol.ts";
import { relieve } from "./unread.ts";

const REQUESTS = 500;
const frame = (id: string, method: string, params: unknown) =>
  JSON.stringify({ type: "req", id, method, params });
const CONNECT = {
  minProtocol: PROTOCOL,
  maxProtocol: PROTOCOL,
  client: { id: "cli", version: "1", platform: "linux", mode: "cli" },
};

type Serve = (connection: Connection, id: string) => Promise<void> | void;

/** A client that is let in, before a connection of ours. */
async function openPair(t: TestContext, serve: Serve) {
  const guard: GuardSettings = {
    mode: "none",
    strong: false,
    trust: { realIp: false },
    rateLimit: { maxAttempts: 1, windowMs: 1, lockoutMs: 1, exemptLoopback: true },
    loopback: true,
    allowedOrigins: [],
  };
  const memory = { keys: { find: () => undefined }, attempts: new FailedAttempts(), now: Date.now };
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const sockets = new WebSocketServer({ server });
  const opened = Promise.withResolvers<Connection>();
  let behind = 0;
  sockets.on("connection", (socket, request) => {
    const connection = new Connection(socket, request, {
      door: () => ({ guard, memory }),
      welcome: () => "welcome",
      failed: (error) => assert.fail(String(error)),
      now: Date.now,
      behind: () => behind++,
      serve: async (one, { id }) => serve(one, id),
    });
    opened.resolve(connection);
  });
  const client = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
  t.after(() => {
    client.terminate();
    sockets.close();
    server.close();
  });
  const heard: any[] = [];
  client.on("message", (data) => heard.push(JSON.parse(String(data))));
  await eventually(() => assert.equal(heard[0]?.event, "connect.challenge"));
  client.send(frame("c", "connect", CONNECT));
  await eventually(() => assert.equal(heard[1]?.payload, "welcome"));
  return { client, heard, connection: await opened.promise, behind: () => behind };
}

test("of what a client asks in one piece, so much is done at once; all of it is answered", async (t) => {
  let [running, most] = [0, 0];
  const { client, heard } = await openPair(t, async (connection, id) => {
    most = Math.max(most, ++running);
    await new Promise((resolve) => setImmediate(resolve));
    running--;
    connection.answer(id, "done");
  });
  for (let n = 0; n < REQUESTS; n++) client.send(frame(`r${n}`, "any", {}));
  await eventually(() => assert.equal(heard.length, REQUESTS + 2));
  assert.ok(most <= 32, `${most} at once`);
});

test("who does not read misses the steps of an answer, and nothing else", async (t) => {
  const { client, heard, connection, behind } = await openPair(t, () => undefined);
  client.pause();
  const text = "x".repeat(1_000_000);
  for (let n = 0; n < 100; n++) {
    connection.event("chat", { state: "delta", text });
    connection.event("agent", { stream: "assistant", text });
    connection.event("health", { n });
    await new Promise((resolve) => setImmediate(resolve));
  }
  connection.event("chat", { state: "final", text });
  assert.ok(connection.unread < 10_000_000, `${connection.unread}`);
  assert.ok(behind() > 0);
  client.resume();
  await eventually(() => assert.equal(heard.at(-1).payload.state, "final"));
  const events = heard.slice(2);
  assert.deepEqual(
    events.map(({ seq }) => seq),
    events.map((_, n) => n + 1),
  );
  assert.equal(events.filter(({ event }) => event === "health").length, 100);
});

test("when too much waits for all together, who lets most wait is let go", () => {
  const cut: string[] = [];
  const reader = (name: string, unread: number) => ({ unread, cutOff: () => void cut.push(name) });
  const readers = [reader("a", 30), reader("b", 60), reader("c", 0)];
  relieve(readers, 90);
  assert.deepEqual(cut, []);
  relieve(readers, 89);
  assert.deepEqual(cut, ["b"]);
});
