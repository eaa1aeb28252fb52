// One upstream call: bytes out, bytes back, and a verdict. Nothing reaches the client before the answer
// is known to be one: errors inside a 200 are found while they are still invisible (DESIGN, "First byte").
import { createBrotliDecompress, createGunzip, createInflate, createZstdDecompress } from "node:zlib";
import type { Transform } from "node:stream";
import type { EventSourceParser } from "eventsource-parser";
import { createParser } from "eventsource-parser";
import type { Dispatcher } from "undici";
import { classify } from "../core/failure/classify.ts";
import type { Failure, UpstreamAnswer } from "../core/failure/failure.ts";
import { parseObject } from "../wire/json.ts";
import type { FrameVerdict, Usage, Wire } from "../wire/wire.ts";
import type { Sink } from "./sink.ts";

export interface UpstreamCall {
  readonly dispatcher: Dispatcher;
  readonly origin: string;
  readonly path: string;
  readonly headers: readonly string[];
  readonly body: Buffer;
  readonly wire: Wire;
  /** provider id, for the classifier */
  readonly provider: string;
  readonly stream: boolean;
  /** ms until the answer's headers, and between two pieces of it */
  readonly firstByteTimeoutMs: number;
  readonly idleTimeoutMs: number;
}

export type Outcome =
  | {
      readonly kind: "answered";
      readonly status: number;
      readonly firstByteAt: number;
      readonly usage: Usage | undefined;
    }
  /** `visible`: the client has seen part of this answer. */
  | {
      readonly kind: "failed";
      readonly failure: Failure;
      readonly visible: boolean;
      readonly staleSocket?: boolean;
    }
  | { readonly kind: "aborted" };

/** An answer without stream is held up to this size, so that a cut one stays invisible. */
const HELD_BODY_BYTES = 8 * 1024 * 1024;
/** A stream whose prelude is larger is let through unjudged. */
const HELD_PRELUDE_BYTES = 256 * 1024;
/** What is read of an error's body. */
const ERROR_BODY_BYTES = 64 * 1024;
/** A frame that is larger is passed in parts. */
const LARGEST_FRAME_BYTES = 1024 * 1024;
/** The end of a stream that is kept for its usage and end marks. */
const TAIL_BYTES = 4096;

/** Sends the call and passes a good answer into `sink`. Never rejects. */
export function exchange(call: UpstreamCall, sink: Sink, now: () => number): Promise<Outcome> {
  return new Promise((resolve) => {
    const handler = new Exchange(call, sink, now, resolve);
    call.dispatcher.dispatch(
      {
        origin: call.origin,
        path: call.path,
        method: "POST",
        headers: call.headers as string[],
        body: call.body,
        headersTimeout: call.firstByteTimeoutMs,
        bodyTimeout: call.idleTimeoutMs,
      },
      handler,
    );
  });
}

/** What is done with the answer's bytes: judged, shown, or read as an error. */
type Stage = "prelude" | "body" | "flowing" | "error";

class Exchange implements Dispatcher.DispatchHandler {
  readonly #call: UpstreamCall;
  readonly #sink: Sink;
  readonly #now: () => number;
  readonly #resolve: (outcome: Outcome) => void;
  #controller: Dispatcher.DispatchController | undefined;
  #stage: Stage = "error";
  #status = 0;
  #headers: Record<string, string | string[] | undefined> = {};
  #held: Buffer[] = [];
  #heldBytes = 0;
  #tail: Buffer[] = [];
  #tailBytes = 0;
  #firstByteAt = 0;
  #judge: PreludeJudge | undefined;
  #framed = false;
  #partial: Buffer | undefined;
  #decoder: Transform | undefined;
  #settled = false;

  constructor(call: UpstreamCall, sink: Sink, now: () => number, resolve: (outcome: Outcome) => void) {
    this.#call = call;
    this.#sink = sink;
    this.#now = now;
    this.#resolve = resolve;
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#sink.gone) return this.#abandon();
    this.#sink.onGone = () => this.#abandon();
  }

  onResponseStart(
    _controller: unknown,
    status: number,
    headers: Record<string, string | string[] | undefined>,
  ): void {
    if (status < 200) return;
    this.#status = status;
    this.#headers = headers;
    this.#framed = this.#expectsFrames();
    this.#stage = status >= 300 ? "error" : this.#framed ? "prelude" : "body";
    if (this.#stage === "prelude") this.#judge = new PreludeJudge(this.#call.wire);
    this.#decoder = this.#decoderFor(headers["content-encoding"]);
  }

  onResponseData(_controller: unknown, chunk: Buffer): void {
    if (this.#decoder) this.#decoder.write(chunk);
    else this.#take(chunk);
  }

  onResponseEnd(): void {
    if (this.#decoder) this.#decoder.end();
    else this.#finish();
  }

  onResponseError(_controller: unknown, error: Error): void {
    if (this.#sink.gone) return this.#settle({ kind: "aborted" });
    this.#fail(networkAnswer(error), isStaleSocket(error, this.#status));
  }

  /** A stream was asked for: only an answer that says it is something else is read whole. */
  #expectsFrames(): boolean {
    const type = String(this.#headers["content-type"] ?? "");
    if (type.includes("text/event-stream")) return true;
    return this.#call.stream && !/json|html|xml/.test(type);
  }

  /** Upstream is asked for plain bytes; some compress all the same. */
  #decoderFor(encoding: string | string[] | undefined): Transform | undefined {
    const create = DECODERS[String(encoding ?? "identity")];
    if (!create) return undefined;
    delete this.#headers["content-encoding"];
    delete this.#headers["content-length"];
    return create()
      .on("data", (chunk: Buffer) => this.#take(chunk))
      .on("end", () => this.#finish())
      .on("error", (error) => this.#fail(networkAnswer(error)));
  }

  #take(chunk: Buffer): void {
    if (this.#settled) return;
    switch (this.#stage) {
      case "flowing":
        return this.#framed ? this.#passFrames(chunk) : this.#pass(chunk);
      case "prelude":
        return this.#judgePrelude(chunk);
      case "body":
        this.#hold(chunk);
        if (this.#heldBytes > HELD_BODY_BYTES) this.#show();
        return;
      case "error":
        if (this.#heldBytes < ERROR_BODY_BYTES) this.#hold(chunk);
        return;
    }
  }

  #hold(chunk: Buffer): void {
    this.#firstByteAt ||= this.#now();
    this.#held.push(chunk);
    this.#heldBytes += chunk.length;
  }

  #judgePrelude(chunk: Buffer): void {
    this.#hold(chunk);
    const verdict = this.#judge!.read(chunk);
    if (typeof verdict === "object") return this.#failAndStop(this.#answerInside(verdict.error));
    if (verdict !== "prelude" || this.#heldBytes > HELD_PRELUDE_BYTES) this.#show();
  }

  /** From here on the client sees the answer. */
  #show(): void {
    this.#stage = "flowing";
    this.#judge = undefined;
    this.#sink.open(this.#status, passableHeaders(this.#headers));
    const held = this.#held.length === 1 ? this.#held[0]! : Buffer.concat(this.#held);
    this.#held = [];
    if (this.#framed) this.#passFrames(held);
    else this.#pass(held);
  }

  /** Whole frames only: after half a frame no error event could be understood. */
  #passFrames(chunk: Buffer): void {
    const bytes = this.#partial ? Buffer.concat([this.#partial, chunk]) : chunk;
    const end = lastFrameEnd(bytes);
    const rest =
      end === bytes.length || bytes.length - end > LARGEST_FRAME_BYTES ? undefined : bytes.subarray(end);
    this.#partial = rest;
    if (rest === undefined) this.#passChecked(bytes);
    else if (end > 0) this.#passChecked(bytes.subarray(0, end));
  }

  /** An error told after content is not passed on: whoever refuses the rest tells it, once. */
  #passChecked(frames: Buffer): void {
    const { wire } = this.#call;
    const found = wire.errorMarks.some((mark) => frames.includes(mark)) ? findError(frames, wire) : undefined;
    if (!found) return this.#pass(frames);
    if (found.at > 0) this.#pass(frames.subarray(0, found.at));
    this.#failAndStop(this.#answerInside(found.error));
  }

  #pass(chunk: Buffer): void {
    this.#keepTail(chunk);
    if (this.#sink.write(chunk)) return;
    this.#controller?.pause();
    this.#sink.onceDrained(() => this.#controller?.resume());
  }

  #keepTail(chunk: Buffer): void {
    this.#tail.push(chunk);
    this.#tailBytes += chunk.length;
    while (this.#tailBytes - this.#tail[0]!.length >= TAIL_BYTES)
      this.#tailBytes -= this.#tail.shift()!.length;
  }

  #finish(): void {
    if (this.#settled) return;
    switch (this.#stage) {
      case "error":
        return this.#fail(this.#errorAnswer());
      case "body":
        return this.#finishBody();
      case "prelude":
        return this.#finishPrelude();
      case "flowing":
        return this.#finishStream();
    }
  }

  #finishBody(): void {
    const body = this.#held.length === 1 ? this.#held[0]! : Buffer.concat(this.#held);
    const fault = this.#faultInBody(body);
    if (fault) return this.#fail(fault);
    this.#tail = [body.subarray(-TAIL_BYTES)];
    this.#sink.whole(this.#status, passableHeaders(this.#headers), body);
    this.#answered();
  }

  /** A 200 that is no answer: cut short, no JSON at all, or an error in the clothes of one. */
  #faultInBody(body: Buffer): UpstreamAnswer | undefined {
    if (body.length === 0) return this.#errorAnswer();
    if (!isWholeObject(body)) {
      const type = String(this.#headers["content-type"] ?? "no content-type");
      return networkAnswer(new Error(`The answer is no complete JSON object (${type}).`));
    }
    if (!body.includes(ERROR_KEY) && !body.includes(BASE_RESP_KEY)) return undefined;
    const parsed = parseObject(body.toString());
    const error = parsed && (this.#call.wire.errorInBody(parsed) ?? baseRespError(parsed));
    return error === undefined || error === null ? undefined : this.#answerInside(error);
  }

  /** The stream ended before any content: an empty answer passes if it is complete, else it is none. */
  #finishPrelude(): void {
    if (this.#heldBytes === 0) return this.#fail(this.#errorAnswer());
    if (!this.#judge!.ended)
      return this.#fail(networkAnswer(new Error("The stream ended before its first content.")));
    this.#show();
    this.#sink.end();
    this.#answered();
  }

  #finishStream(): void {
    if (this.#partial) this.#passChecked(this.#partial);
    if (this.#settled) return;
    const tail = Buffer.concat(this.#tail);
    const complete = !this.#framed || this.#call.wire.endMarks.some((mark) => tail.includes(mark));
    if (!complete) return this.#fail(networkAnswer(new Error("The stream was cut before its end.")));
    this.#sink.end();
    this.#answered();
  }

  #answered(): void {
    const tail = this.#tail.length === 1 ? this.#tail[0]! : Buffer.concat(this.#tail);
    const usage = this.#call.wire.readUsage(tail.toString("latin1"));
    this.#settle({ kind: "answered", status: this.#status, firstByteAt: this.#firstByteAt, usage });
  }

  #errorAnswer(): UpstreamAnswer {
    const text = Buffer.concat(this.#held).toString();
    return {
      transport: "http",
      status: this.#status,
      headers: this.#plainHeaders(),
      body: parseObject(text) ?? text,
    };
  }

  #answerInside(error: unknown): UpstreamAnswer {
    return { transport: "sse", status: this.#status, headers: this.#plainHeaders(), body: error };
  }

  #plainHeaders(): Record<string, string> {
    return Object.fromEntries(Object.entries(this.#headers).map(([name, value]) => [name, String(value)]));
  }

  #failAndStop(answer: UpstreamAnswer): void {
    this.#fail(answer);
    this.#controller?.abort(new Error("not wanted any more"));
  }

  #fail(answer: UpstreamAnswer, staleSocket = false): void {
    const failure = classify(this.#call.provider, answer, this.#now());
    const visible = this.#stage === "flowing" && !this.#sink.retract();
    this.#settle({ kind: "failed", failure, visible, ...(staleSocket ? { staleSocket } : {}) });
  }

  #abandon(): void {
    this.#settle({ kind: "aborted" });
    this.#controller?.abort(new Error("the client left"));
  }

  #settle(outcome: Outcome): void {
    if (this.#settled) return;
    this.#settled = true;
    this.#sink.onGone = undefined;
    this.#resolve(outcome);
  }
}

/** Reads the frames of a stream until one says what the answer is. */
class PreludeJudge {
  readonly #parser: EventSourceParser;
  readonly #text = new TextDecoder();
  #verdict: FrameVerdict = "prelude";
  /** A complete but empty answer ends like this. */
  ended = false;

  constructor(wire: Wire) {
    this.#parser = createParser({
      onEvent: ({ event, data }) => {
        if (this.#verdict !== "prelude") return;
        const verdict = wire.readFrame(event, data);
        if (verdict === "end") this.ended = true;
        else this.#verdict = verdict;
      },
    });
  }

  read(chunk: Buffer): FrameVerdict {
    this.#parser.feed(this.#text.decode(chunk, { stream: true }));
    return this.#verdict;
  }
}

/** Index behind the last blank line, 0 when there is none. */
function lastFrameEnd(bytes: Buffer): number {
  const last = bytes.length - 1;
  if (bytes[last] === 0x0a && (bytes[last - 1] === 0x0a || bytes[last - 3] === 0x0a)) return bytes.length;
  const unix = bytes.lastIndexOf("\n\n");
  const dos = bytes.lastIndexOf("\r\n\r\n");
  return Math.max(unix === -1 ? 0 : unix + 2, dos === -1 ? 0 : dos + 4);
}

/** The first frame that tells an error, and where it begins. */
function findError(frames: Buffer, wire: Wire): { at: number; error: unknown } | undefined {
  for (let at = 0; at < frames.length;) {
    const end = frameEnd(frames, at);
    let verdict: FrameVerdict = "prelude";
    const parser = createParser({ onEvent: ({ event, data }) => (verdict = wire.readFrame(event, data)) });
    parser.feed(`${frames.toString("utf8", at, end)}\n\n`);
    verdict = verdict as FrameVerdict;
    if (typeof verdict === "object") return { at, error: verdict.error };
    at = end;
  }
  return undefined;
}

/** Index behind the blank line that ends the frame at `from`. */
function frameEnd(bytes: Buffer, from: number): number {
  const unix = bytes.indexOf("\n\n", from);
  const dos = bytes.indexOf("\r\n\r\n", from);
  if (unix === -1 && dos === -1) return bytes.length;
  return dos === -1 || (unix !== -1 && unix < dos) ? unix + 2 : dos + 4;
}

const ERROR_KEY = Buffer.from('"error"');
const BASE_RESP_KEY = Buffer.from('"base_resp"');

/** `base_resp.status_code` other than 0: an error with status 200 on the OpenAI wire. */
function baseRespError(body: Readonly<Record<string, unknown>>): unknown {
  const resp = body["base_resp"] as { status_code?: unknown } | null | undefined;
  return resp && typeof resp.status_code === "number" && resp.status_code !== 0 ? body : undefined;
}

/** Starts with `{` and ends with `}`, white space aside: all that can be seen without decoding. */
function isWholeObject(body: Buffer): boolean {
  let start = 0;
  let end = body.length - 1;
  while (body[start]! <= 0x20) start++;
  while (end > start && body[end]! <= 0x20) end--;
  return body[start] === 0x7b && body[end] === 0x7d;
}

const DECODERS: Readonly<Record<string, (() => Transform) | undefined>> = {
  gzip: createGunzip,
  "x-gzip": createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
  zstd: createZstdDecompress,
};

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

function passableHeaders(headers: Record<string, string | string[] | undefined>): string[] {
  const raw: string[] = [];
  for (const name in headers) {
    const value = headers[name];
    if (value === undefined || KEPT_BACK.has(name)) continue;
    raw.push(name, typeof value === "string" ? value : value.join(", "));
  }
  return raw;
}

function networkAnswer(error: Error): UpstreamAnswer {
  const code = (error as NodeJS.ErrnoException).code;
  return { transport: "network", headers: {}, body: code ? `${code}: ${error.message}` : error.message };
}

/**
 * The pooled connection had answered before and was closed just as we wrote: the provider never saw the
 * call, so it is no evidence against the credential.
 */
function isStaleSocket(error: Error, status: number): boolean {
  const { socket } = error as { socket?: { bytesRead?: number } };
  const closed =
    (error as NodeJS.ErrnoException).code === "UND_ERR_SOCKET" ||
    /ECONNRESET|EPIPE/.test(String((error as NodeJS.ErrnoException).code));
  return closed && status === 0 && (socket?.bytesRead ?? 0) > 0;
}
