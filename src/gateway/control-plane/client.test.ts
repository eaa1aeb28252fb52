import assert from "node:assert/strict";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { describe, test } from "node:test";
import type { WebSocket } from "ws";
import { WebSocketServer } from "ws";
import { callGateway } from "./client.ts";

const REQUEST = { method: "health", params: {}, timeoutMs: 30_000, expectFinal: false, version: "1" };
const CHALLENGE = JSON.stringify({ type: "event", event: "connect.challenge", payload: { nonce: "n" } });

async function asked(serve: (socket: WebSocket) => void) {
  const server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
  await once(server, "listening");
  server.on("connection", serve);
  try {
    return await callGateway({ url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}` }, REQUEST);
  } finally {
    for (const client of server.clients) client.terminate();
    server.close();
  }
}

describe("gateway call and servers that are none", () => {
  test("an answer without a payload is one with nothing in it", async () => {
    const answer = await asked((socket) => {
      socket.send("garbage");
      socket.send(CHALLENGE);
      socket.on("message", (data) => {
        const { id } = JSON.parse(String(data));
        socket.send(JSON.stringify({ type: "res", id: "another", ok: false }));
        socket.send(JSON.stringify({ type: "res", id, ok: true }));
      });
    });
    assert.deepEqual(answer, { ok: true, payload: null });
  });

  test("a refusal of no form is one", async () => {
    const answer = await asked((socket) => {
      socket.send(CHALLENGE);
      socket.on("message", (data) =>
        socket.send(JSON.stringify({ type: "res", id: JSON.parse(String(data)).id, error: "no" })),
      );
    });
    assert.deepEqual(answer, { ok: false, error: { message: "it was refused" } });
  });

  test("one that leaves is told, with what it said", async () => {
    await assert.rejects(
      asked((socket) => socket.terminate()),
      /it closed the connection \(1006\)\./,
    );
    await assert.rejects(
      asked((socket) => socket.close(1008, "no")),
      /\(1008 no\)\./,
    );
  });
});
