// Answers of the chaos below HTTP: bytes as they lie on the wire, cut where chance wants it.
import type { OutgoingHttpHeaders } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import type { Action } from "../fakes/scripted-upstream.ts";
import type { Random } from "../translation/mutate.ts";

export const JSON_TYPE = { "content-type": "application/json" };
export const STREAM_TYPE = { "content-type": "text/event-stream; charset=utf-8" };
export const sseOrJson = (stream: boolean) => (stream ? STREAM_TYPE : JSON_TYPE);

const MOST_PIECES = 200;

/** A correct answer whose body comes in pieces of `size` bytes, `ms` apart. */
export const inPieces =
  (bytes: Buffer, size: number, ms: number, headers: OutgoingHttpHeaders): Action =>
  async ({ response, signal }) => {
    response.writeHead(200, headers);
    // A long answer byte by byte would take longer than any patience: that is no health.
    const step = Math.max(size, Math.ceil(bytes.length / MOST_PIECES));
    for (let at = 0; at < bytes.length; at += step) {
      if (signal.aborted) return;
      response.write(bytes.subarray(at, at + step));
      // A turn of the event loop, so that pieces travel apart; not for each of very many.
      if (ms > 0) await sleep(ms, undefined, { signal });
      else if (at % (16 * step) === 0) await new Promise(setImmediate);
    }
    response.end();
  };

/** @param claimed the length told; in chunks without */
export function rawAnswer(body: Buffer, headers: Readonly<Record<string, string>>, claimed?: number): Buffer {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  const length = claimed === undefined ? "transfer-encoding: chunked" : `content-length: ${claimed}`;
  const head = `HTTP/1.1 200 OK\r\n${lines.join("")}${length}\r\n\r\n`;
  return Buffer.concat([Buffer.from(head), claimed === undefined ? chunked(body) : body]);
}

const CHUNK = 160;
export const LAST_CHUNK = "0\r\n\r\n";

function chunked(body: Buffer): Buffer {
  const parts: Buffer[] = [];
  for (let at = 0; at < body.length; at += CHUNK) {
    const part = body.subarray(at, at + CHUNK);
    parts.push(Buffer.from(`${part.length.toString(16)}\r\n`), part, Buffer.from("\r\n"));
  }
  return Buffer.concat([...parts, Buffer.from(LAST_CHUNK)]);
}

/** Everything up to some byte, then the connection ends. Where it ends, what is behind the cut is lost. */
export const cutAt =
  (bytes: Buffer, random: Random, how: "reset" | "fin"): Action =>
  async ({ response, cut }) => {
    const { socket } = response;
    if (!socket || socket.destroyed) return;
    const part = bytes.subarray(0, Math.ceil(random() * bytes.length));
    await new Promise<void>((resolve) => socket.write(part, () => resolve()));
    // What the kernel has and nobody read yet is dropped by a reset.
    if (how === "reset") await sleep(1);
    cut(how);
  };
