// Whatever an upstream does, a probe ends within its time, and says what came of it.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { AddressInfo, Server, Socket } from "node:net";
import { createServer } from "node:net";
import { chatFrames } from "../fakes/wire-samples.ts";
import { cliHome } from "../support/cli.ts";

const home = cliHome();
const servers: Server[] = [];
const sockets = new Set<Socket>();

const STREAM = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n";
const chunk = (text: string): string => `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`;
const [first = "", second = ""] = chatFrames("OK");

/** Writes a piece every 100 ms for as long as somebody listens. */
function drip(socket: Socket, piece: string): void {
  const timer = setInterval(() => socket.write(piece), 100);
  socket.on("close", () => clearInterval(timer));
}

/** As fast as it is read. */
function flood(socket: Socket, piece: string): void {
  const write = () => {
    while (!socket.destroyed && socket.write(piece));
  };
  socket.on("drain", write);
  write();
}

const onRequest = (socket: Socket, then: () => void) => socket.once("data", then);

/** What a server does with a connection, and what the probe says of it. */
const SERVERS: Readonly<Record<string, readonly [status: string, (socket: Socket) => void]>> = {
  mute: ["timeout", () => {}],
  "half-tls": ["timeout", () => {}],
  "drips-headers": [
    "timeout",
    (socket) =>
      onRequest(socket, () => {
        socket.write("HTTP/1.1 200 OK\r\nx-slow: ");
        drip(socket, "a");
      }),
  ],
  "drips-comments": [
    "timeout",
    (socket) =>
      onRequest(socket, () => {
        socket.write(STREAM);
        drip(socket, chunk(": still thinking\n\n"));
      }),
  ],
  "drips-a-page": [
    "timeout",
    (socket) =>
      onRequest(socket, () => {
        socket.write(
          "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n",
        );
        drip(socket, chunk(" "));
      }),
  ],
  "drips-content": [
    "ok",
    (socket) =>
      onRequest(socket, () => {
        socket.write(STREAM + chunk(first));
        drip(socket, chunk(second));
      }),
  ],
  "never-ends": [
    "ok",
    (socket) =>
      onRequest(socket, () => {
        socket.write(STREAM + chunk(first));
        flood(socket, chunk(second.repeat(500)));
      }),
  ],
  "endless-headers": [
    "timeout",
    (socket) =>
      onRequest(socket, () => {
        socket.write("HTTP/1.1 200 OK\r\n");
        flood(socket, `x-more: ${"a".repeat(1000)}\r\n`);
      }),
  ],
  "endless-error": [
    "auth",
    (socket) =>
      onRequest(socket, () => {
        socket.write(
          "HTTP/1.1 401 Unauthorized\r\ncontent-type: text/plain\r\ntransfer-encoding: chunked\r\n\r\n",
        );
        flood(socket, chunk("no ".repeat(1000)));
      }),
  ],
};

async function listen(behave: (socket: Socket) => void): Promise<number> {
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    behave(socket);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}

before(async () => {
  const providers = await Promise.all(
    Object.entries(SERVERS).map(async ([id, [, behave]]) => {
      const scheme = id === "half-tls" ? "https" : "http";
      const baseUrl = `${scheme}://127.0.0.1:${await listen(behave)}/v1`;
      const apiKey = "sk-fake-bounds-0123456789abcdef";
      return [id, { baseUrl, api: "openai-completions", apiKey, models: [{ id: "m1" }] }] as const;
    }),
  );
  home.write(
    ".openclaw/openclaw.json",
    JSON.stringify({ models: { providers: Object.fromEntries(providers) } }),
  );
});
after(() => {
  for (const socket of sockets) socket.destroy();
  for (const server of servers) server.close();
  home.remove();
});

const expected = Object.fromEntries(Object.entries(SERVERS).map(([id, [status]]) => [id, status]));

test("servers that never end, never begin, or drip", async () => {
  const words = [
    "models",
    "status",
    "--probe",
    "--json",
    "--probe-timeout",
    "4000",
    "--probe-concurrency",
    "9",
  ];
  const { exit, out, err } = await home.run(words);
  assert.equal(exit, 0, err);
  const { results } = JSON.parse(out).auth.probes;
  assert.deepEqual(Object.fromEntries(results.map((row: any) => [row.provider, row.status])), expected);
});
