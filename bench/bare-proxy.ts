// The yardstick: a proxy that does only what no gateway can leave out, as fast as node:http and undici allow.
// It checks the client's token, parses the request once, puts its own key on the call and passes bytes through.
//
//   node bare-proxy.ts <upstream origin> <client token> <upstream key>
import { timingSafeEqual } from "node:crypto";
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:http";
import type { Dispatcher } from "undici";
import { Pool } from "undici";
import { reportPort } from "./processes.ts";

const [origin, token, key] = process.argv.slice(2) as [string, string, string];
const pool = new Pool(origin, { pipelining: 1 });
const expected = Buffer.from(`Bearer ${token}`);
const jsonHeaders = {
  "content-type": "application/json",
  "accept-encoding": "identity",
  authorization: `Bearer ${key}`,
};
const streamHeaders = { ...jsonHeaders, accept: "text/event-stream" };
const HOP_BY_HOP = new Set(["connection", "keep-alive", "transfer-encoding", "date"]);

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on("data", (chunk: Buffer) => void chunks.push(chunk));
  request.on("end", () => {
    const body = chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks);
    if (!isAllowed(request)) return void response.writeHead(401).end();
    const json = parse(body);
    if (typeof json?.["model"] !== "string") return void response.writeHead(400).end();
    const headers = json["stream"] === true ? streamHeaders : jsonHeaders;
    pool.dispatch({ path: request.url!, method: "POST", headers, body }, new Relay(response));
  });
});
server.keepAliveTimeout = 120_000;
server.listen({ port: 0, host: "127.0.0.1", backlog: 2048 }, () => reportPort(server));

function isAllowed(request: IncomingMessage): boolean {
  const given = Buffer.from(request.headers.authorization ?? "");
  return given.length === expected.length && timingSafeEqual(given, expected);
}

function parse(body: Buffer): Record<string, unknown> | undefined {
  try {
    return JSON.parse(body.toString());
  } catch {
    return undefined;
  }
}

class Relay implements Dispatcher.DispatchHandler {
  readonly #response: ServerResponse;

  constructor(response: ServerResponse) {
    this.#response = response;
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#response.once("close", () => {
      if (!this.#response.writableFinished) controller.abort(new Error("the client left"));
    });
  }

  onResponseStart(_: Dispatcher.DispatchController, status: number, headers: IncomingHttpHeaders): void {
    const kept: IncomingHttpHeaders = {};
    for (const name in headers) if (!HOP_BY_HOP.has(name)) kept[name] = headers[name];
    this.#response.writeHead(status, kept);
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#response.write(chunk)) return;
    controller.pause();
    this.#response.once("drain", () => controller.resume());
  }

  onResponseEnd(): void {
    this.#response.end();
  }

  onResponseError(): void {
    if (this.#response.headersSent) this.#response.destroy();
    else this.#response.writeHead(502).end();
  }
}
