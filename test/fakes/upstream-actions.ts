// What a scripted upstream can do with a call: answer as it should, or fail in one of the ways that networks,
// proxies and providers fail.
import { once } from "node:events";
import type { OutgoingHttpHeaders } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import type { Action, Exchange } from "./scripted-upstream.ts";

const JSON_TYPE = "application/json";
const SSE_HEADERS = { "content-type": "text/event-stream; charset=utf-8", "cache-control": "no-cache" };

export interface Reply {
  readonly status?: number;
  readonly headers?: OutgoingHttpHeaders;
  /** sent as JSON, a string as it is */
  readonly body?: unknown;
}

/** A whole answer. */
export function reply({ status = 200, headers = {}, body = {} }: Reply = {}): Action {
  return ({ response }) => {
    response.writeHead(status, { "content-type": JSON_TYPE, ...headers });
    response.end(textOf(body));
  };
}

export interface Stream {
  readonly frames: readonly string[];
  /** pause before each frame but the first */
  readonly delayMs?: number;
  readonly status?: number;
  readonly headers?: OutgoingHttpHeaders;
}

/** Server-sent events, one write per frame, to the end. */
export const stream =
  (options: Stream): Action =>
  async (exchange) => {
    await sendFrames(exchange, options);
    exchange.response.end();
  };

/** Whatever follows, `ms` later: no status and no header before. */
export const slowHeaders =
  (ms: number, then: Action): Action =>
  async (exchange) => {
    await sleep(ms, undefined, { signal: exchange.signal });
    await then(exchange);
  };

/** Takes the request and never answers. */
export const stall = (): Action => () => {};

/** RST before any byte of an answer. */
export const resetBefore =
  (): Action =>
  ({ cut }) =>
    cut("reset");

/** RST in the middle of a header line. */
export const resetInsideHeaders = (): Action => async (exchange) => {
  await sendRaw(exchange, "HTTP/1.1 200 OK\r\ncontent-type: text/ev");
  exchange.cut("reset");
};

/** RST after `n` whole frames; with 0 after the headers. */
export const resetAfterFrames =
  (n: number, options: Stream): Action =>
  async (exchange) => {
    await sendFrames(exchange, firstFrames(n, options));
    exchange.cut("reset");
  };

/** The body ends as HTTP wants it, but after `n` frames: no finish, no `[DONE]`. */
export const endAfterFrames = (n: number, options: Stream): Action => stream(firstFrames(n, options));

/** `n` frames, then silence on an open connection. */
export const stallAfterFrames =
  (n: number, options: Stream): Action =>
  async (exchange) => {
    await sendFrames(exchange, firstFrames(n, options));
  };

/** `n` frames, and the others once `opened`. */
export const holdAfterFrames =
  (n: number, options: Stream, opened: Promise<unknown>): Action =>
  async (exchange) => {
    await sendFrames(exchange, firstFrames(n, options));
    await opened;
    if (exchange.signal.aborted) return;
    for (const frame of options.frames.slice(n)) await send(exchange, frame);
    exchange.response.end();
  };

/** `n` frames and the first half of the next one; then RST, or FIN without the end of the body. */
export const halfFrame =
  (n: number, options: Stream, how: "reset" | "fin" = "reset"): Action =>
  async (exchange) => {
    const torn = options.frames[n] ?? "";
    const frames = [...options.frames.slice(0, n), torn.slice(0, Math.floor(torn.length / 2))];
    await sendFrames(exchange, { ...options, frames });
    exchange.cut(how);
  };

/** Status 200, and the first event is an error. */
export const errorEventFirst = (errorFrame: string): Action => stream({ frames: [errorFrame] });

/** `n` good frames, then an error event, then the end of the body. */
export const errorEventAfter = (n: number, options: Stream, errorFrame: string): Action =>
  stream({ ...options, frames: [...options.frames.slice(0, n), errorFrame] });

/** 200 with a page instead of an answer, as a captive portal or a wrong base URL gives it. */
export const wrongContentType = (
  contentType = "text/html",
  body = "<!doctype html><title>Welcome</title>",
): Action => reply({ headers: { "content-type": contentType }, body });

/** A body of about `bytes` bytes: JSON with one long string, written as fast as the client reads. */
export const gigantic =
  (bytes: number, status = 200): Action =>
  async (exchange) => {
    exchange.response.writeHead(status, { "content-type": JSON_TYPE });
    await send(exchange, '{"padding":"');
    const block = "x".repeat(64 * 1024);
    for (let left = bytes; left > 0; left -= block.length) await send(exchange, block.slice(0, left));
    exchange.response.end('"}');
  };

/** `content-length` says `claimed`, the body is what it is, then FIN. */
export const lyingContentLength =
  (claimed: number, body: unknown): Action =>
  async (exchange) => {
    const head = `HTTP/1.1 200 OK\r\ncontent-type: ${JSON_TYPE}\r\ncontent-length: ${claimed}\r\n\r\n`;
    await sendRaw(exchange, head + textOf(body));
    exchange.cut("fin");
  };

/** The frames cut at fixed byte counts, also inside characters and lines, with a pause after each piece. */
export const drip =
  (bytesPerChunk: number, ms: number, { frames, status = 200, headers = {} }: Stream): Action =>
  async (exchange) => {
    const bytes = Buffer.from(frames.join(""));
    exchange.response.writeHead(status, { ...SSE_HEADERS, ...headers });
    for (let start = 0; start < bytes.length; start += bytesPerChunk) {
      await send(exchange, bytes.subarray(start, start + bytesPerChunk));
      await sleep(ms, undefined, { signal: exchange.signal });
    }
    exchange.response.end();
  };

/** A correct answer, gzipped although `identity` was asked for. */
export const gzipped =
  ({ status = 200, headers = {}, body = {} }: Reply): Action =>
  ({ response }) => {
    response.writeHead(status, { "content-type": JSON_TYPE, "content-encoding": "gzip", ...headers });
    response.end(gzipSync(textOf(body)));
  };

const textOf = (body: unknown): string => (typeof body === "string" ? body : JSON.stringify(body));

const firstFrames = (n: number, options: Stream): Stream => ({
  ...options,
  frames: options.frames.slice(0, n),
});

async function sendFrames(exchange: Exchange, options: Stream): Promise<void> {
  const { frames, delayMs = 0, status = 200, headers = {} } = options;
  exchange.response.writeHead(status, { ...SSE_HEADERS, ...headers });
  exchange.response.flushHeaders();
  for (const [index, frame] of frames.entries()) {
    if (index > 0 && delayMs > 0) await sleep(delayMs, undefined, { signal: exchange.signal });
    await send(exchange, frame);
  }
}

/** Writes a piece of the body and waits until the kernel has it: what follows cannot overtake it. */
async function send({ response, signal }: Exchange, piece: string | Uint8Array): Promise<void> {
  signal.throwIfAborted();
  await new Promise<void>((resolve, reject) => {
    response.write(piece, (error) => (error ? reject(error) : resolve()));
  });
}

/** Bytes of our own making, past the HTTP server. */
async function sendRaw({ response, signal }: Exchange, bytes: string): Promise<void> {
  signal.throwIfAborted();
  const socket = response.socket;
  if (socket && !socket.write(bytes)) await once(socket, "drain", { signal });
}
