// Parts of an upstream answer: the headers that pass, the encoding that nobody asked for, and what counts as none.
import type { Transform } from "node:stream";
import { createBrotliDecompress, createGunzip, createInflate, createZstdDecompress } from "node:zlib";
import type { UpstreamAnswer } from "../core/failure/failure.ts";
import { parseObject } from "../core/json.ts";
import { stringEnd } from "../wire/splice-model.ts";
import type { Framing, ProviderWire } from "../wire/wire.ts";

export type AnswerHeaders = Record<string, string | string[] | undefined>;

/** Headers that belong to one hop, or to the account rather than to the answer. */
const KEPT_BACK = new Set([
  "connection",
  "keep-alive",
  "proxy-authenticate",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
  "set-cookie",
  "alt-svc",
  "server",
  "date",
  "strict-transport-security",
  "access-control-allow-origin",
  "access-control-allow-credentials",
]);

export function passableHeaders(headers: AnswerHeaders): string[] {
  const raw: string[] = [];
  for (const name in headers) {
    const value = headers[name];
    if (value === undefined || KEPT_BACK.has(name)) continue;
    raw.push(name, typeof value === "string" ? value : value.join(", "));
  }
  return raw;
}

const DECODERS: Readonly<Record<string, (() => Transform) | undefined>> = {
  gzip: createGunzip,
  "x-gzip": createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
  zstd: createZstdDecompress,
};

/** Between the bytes of an answer and what they say. */
export interface Decoding {
  readonly into: Transform;
  readonly from: Transform;
}

/** What was packed is unpacked, and what is no stream of events is made one; most answers need neither. */
export function decodingFor(
  encoding: string | string[] | undefined,
  framing: Framing | undefined,
): Decoding | undefined {
  const unpacked = decoderFor(encoding);
  const framed = framing?.toEvents();
  if (unpacked && framed) unpacked.on("error", (error) => framed.destroy(error)).pipe(framed);
  const into = unpacked ?? framed;
  return into && { into, from: framed ?? into };
}

/** Upstream is asked for plain bytes; some compress all the same. */
const decoderFor = (encoding: string | string[] | undefined): Transform | undefined =>
  DECODERS[String(encoding ?? "identity").toLowerCase()]?.();

const plainHeaders = (headers: AnswerHeaders): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));

/** An answer with a status: an error's, or a 200 that is none. */
export function answerOf(
  transport: "http" | "sse",
  status: number,
  headers: AnswerHeaders,
  body: unknown,
): UpstreamAnswer {
  return { transport, status, headers: plainHeaders(headers), body };
}

/** No answer at all: the connection failed, or what came was cut. */
export function networkAnswer(error: Error): UpstreamAnswer {
  const code = (error as NodeJS.ErrnoException).code;
  return { transport: "network", headers: {}, body: code ? `${code}: ${error.message}` : error.message };
}

/**
 * The pooled connection had answered before and was closed just as we wrote: the provider never saw the
 * call, so it is no evidence against the credential.
 */
export function isStaleSocket(error: Error, status: number): boolean {
  const { socket } = error as { socket?: { bytesRead?: number } };
  const closed = (error as NodeJS.ErrnoException).code === "UND_ERR_SOCKET";
  return closed && status === 0 && (socket?.bytesRead ?? 0) > 0;
}

/** The words that errors inside a 200 have in common. */
const ERROR_MARKS = [Buffer.from('"error"'), Buffer.from('"base_resp"')];

/** Why a 200 in one piece is no answer: empty, cut short, no JSON at all, or an error in the clothes of one. */
export function faultInBody(
  body: Buffer,
  status: number,
  headers: AnswerHeaders,
  wire: ProviderWire,
): UpstreamAnswer | undefined {
  if (body.length === 0) return answerOf("http", status, headers, "");
  if (!isWholeObject(body)) {
    // Its words are the model's or a proxy's: they are no evidence about the credential.
    const type = String(headers["content-type"] ?? "no content-type");
    return networkAnswer(new Error(`The answer is no complete JSON object (${type}).`));
  }
  if (!ERROR_MARKS.some((mark) => body.includes(mark))) return undefined;
  const parsed = parseObject(body.toString());
  const error = parsed && wire.errorInBody(parsed);
  return error ? answerOf("sse", status, headers, error) : undefined;
}

/**
 * One object from the first letter to the last, by its braces. What was cut behind an inner brace looks whole at both
 * ends; decoding all of it would cost far more than this.
 */
function isWholeObject(body: Buffer): boolean {
  let start = 0;
  let end = body.length - 1;
  while (body[start]! <= 0x20) start++;
  while (end > start && body[end]! <= 0x20) end--;
  return body[start] === OPENING && closingOf(body, start) === end;
}

const OPENING = 0x7b;
const CLOSING = 0x7d;
const LIST_OPENING = 0x5b;
const LIST_CLOSING = 0x5d;
const QUOTE = 0x22;

/** Index of what closes the object that opens at `start`, -1 when it stays open. */
function closingOf(body: Buffer, start: number): number {
  let depth = 0;
  for (let at = start; at < body.length; at++) {
    const byte = body[at];
    if (byte === QUOTE) at = stringEnd(body, at);
    else if (byte === OPENING || byte === LIST_OPENING) depth++;
    else if ((byte === CLOSING || byte === LIST_CLOSING) && --depth === 0) return at;
  }
  return -1;
}
