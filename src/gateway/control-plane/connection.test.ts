import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import { WebSocket, WebSocketServer } from "ws";
import { FailedAttempts } from "../../core/failed-attempts.ts";
import type { GuardSettings } from "../guard.ts";
import { Connection } from "./connection.ts";
import { PROTOCOL } from "./protocol.ts";

const REQUESTS = 500;
const frame = (id: string, method: string, params: unknown) =>
  JSON.stringify({ type: "req", id, method, params });
const CONNECT = {
  minProtocol: PROTOCOL,
  maxProtocol: PROTOCOL,
  client: { id: "cli", version: "1", platform: "linux", mode: "cli" },
};

test("of what a client asks in one piece, so much is done at once; all of it is answered", async (t) => {
  const guard: GuardSettings = {
    mode: "none",
    strong: false,
    trust: { realIp: false },
    rateLimit: { maxAttempts: 1, windowMs: 1, lockoutMs: 1, exemptLoopback: true },
    loopback: true,
    allowedOrigins: [],
  };
  const memory = { keys: { find: () => undefined }, attempts: new FailedAttempts(), now: Date.now };
  let [running, most] = [0, 0];
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const sockets = new WebSocketServer({ server });
  sockets.on("connection", (socket, request) => {
    void new Connection(socket, request, {
      door: () => ({ guard, memory }),
      welcome: () => "welcome",
      failed: (error) => assert.fail(String(error)),
      now: Date.now,
      async serve(connection, { id }) {
        most = Math.max(most, ++running);
        await new Promise((resolve) => setImmediate(resolve));
        running--;
        connection.answer(id, "done");
      },
    });
  });
  const client = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
  t.after(() => {
    client.terminate();
    sockets.close();
    server.close();
  });
  let answers = 0;
  const all = Promise.withResolvers<void>();
  client.on("message", (data) => {
    const { event, id, payload } = JSON.parse(String(data));
    if (event === "connect.challenge") client.send(frame("c", "connect", CONNECT));
    if (id === "c") for (let n = 0; n < REQUESTS; n++) client.send(frame(`r${n}`, "any", {}));
    if (payload === "done" && ++answers === REQUESTS) all.resolve();
  });
  client.on("close", () => all.reject(new Error("closed")));
  await all.promise;
  assert.ok(most <= 32, `${most} at once`);
});
