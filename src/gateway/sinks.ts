// The client's side of an answer: bytes as they are, or decoded and marked for the agent path.
import type { ServerResponse } from "node:http";
import type { EventSourceParser } from "eventsource-parser";
import { createParser } from "eventsource-parser";
import type { RawHeaders, Sink } from "../access/sink.ts";
import type { TimedRefusal } from "./refusals.ts";
import { replyRefusal } from "./reply.ts";
import { parseObject } from "../wire/json.ts";
import type { AnswerMarks, Collector, JsonObject, Wire } from "../wire/wire.ts";

/** No byte before this, so that an SDK still sees a status; then comments keep a stream alive. */
export const FIRST_COMMENT_AFTER_MS = 10_000;
const COMMENT_EVERY_MS = 10_000;
const COMMENT = ": waiting for the provider\n\n";
const EVENT_STREAM: RawHeaders = [
  "content-type",
  "text/event-stream; charset=utf-8",
  "cache-control",
  "no-cache",
];

/** Called when the first byte goes out: headers that tell which run and model this is. */
export type OwnHeaders = () => RawHeaders;

/** What every sink is made of. */
export interface SinkParts {
  readonly response: ServerResponse;
  readonly wire: Wire;
  readonly own: OwnHeaders;
  /** the client asked for a stream */
  readonly stream: boolean;
}

abstract class ResponseSink implements Sink {
  onGone: (() => void) | undefined;
  protected readonly response: ServerResponse;
  protected readonly own: OwnHeaders;
  protected readonly wire: Wire;
  /** The client has seen content. */
  protected shown = false;
  #gone = false;
  #comments: NodeJS.Timeout | undefined;

  constructor({ response, wire, own, stream }: SinkParts) {
    this.response = response;
    this.wire = wire;
    this.own = own;
    response.on("close", () => this.#closed());
    if (stream) this.#comments = setTimeout(() => this.#comment(), FIRST_COMMENT_AFTER_MS);
  }

  get gone(): boolean {
    return this.#gone;
  }

  /** Whether a status has been sent, by content or by a comment. */
  get started(): boolean {
    return this.response.headersSent;
  }

  /** the status that the client has seen */
  get status(): number {
    return this.response.statusCode;
  }

  abstract open(status: number, headers: RawHeaders): void;
  abstract write(chunk: Buffer): boolean;
  abstract whole(status: number, headers: RawHeaders, body: Buffer): void;
  abstract end(): void;

  onceDrained(resume: () => void): void {
    this.response.once("drain", resume);
  }

  retract(): boolean {
    return !this.shown;
  }

  /** There is no answer, or no more of it: the client is told in its own protocol. */
  refuse(refusal: TimedRefusal): void {
    this.begin();
    if (!this.started) replyRefusal(this.response, this.wire, refusal, this.own());
    else if (this.framed) this.response.end(this.wire.errorFrames(refusal, this.opening));
    else this.response.destroy();
  }

  /** The first of what the client has seen. */
  protected opening = "";

  /** The answer is a stream of events, so that an error can still be told inside it. */
  protected framed = true;

  /** Ends the comments: content or the end of the answer follows. */
  protected begin(): void {
    clearTimeout(this.#comments);
    this.#comments = undefined;
  }

  #comment(): void {
    if (!this.response.headersSent) this.response.writeHead(200, [...EVENT_STREAM, ...this.own()]);
    this.response.write(COMMENT);
    this.#comments = setTimeout(() => this.#comment(), COMMENT_EVERY_MS);
  }

  #closed(): void {
    clearTimeout(this.#comments);
    if (this.response.writableFinished) return;
    this.#gone = true;
    this.onGone?.();
  }
}

const OPENING_BYTES = 4096;
const ONE_WRITE_BYTES = 16 * 1024;

/** Pass-through: the provider's bytes, untouched. */
export class PassSink extends ResponseSink {
  #first: Buffer | undefined;

  open(status: number, headers: RawHeaders): void {
    this.begin();
    this.shown = true;
    this.framed = this.started || headers.some((value) => value.includes("event-stream"));
    if (!this.started) this.response.writeHead(status, [...headers, ...this.own()]);
  }
  write(chunk: Buffer): boolean {
    this.#first ??= chunk;
    return this.response.write(chunk);
  }
  whole(status: number, headers: RawHeaders, body: Buffer): void {
    const sized = headers.includes("content-length")
      ? headers
      : [...headers, "content-length", String(body.length)];
    this.open(status, sized);
    // As text of one byte per letter a small body leaves in one write with its headers; the bytes are the same.
    if (body.length <= ONE_WRITE_BYTES) this.response.end(body.toString("latin1"), "latin1");
    else this.response.end(body);
  }
  override refuse(refusal: TimedRefusal): void {
    this.opening = this.#first?.toString("utf8", 0, OPENING_BYTES) ?? "";
    super.refuse(refusal);
  }
  end(): void {
    this.response.end();
  }
}

/** The agent path, streamed: each frame is decoded, marked and encoded again. */
export class AgentStreamSink extends ResponseSink {
  readonly #parser: EventSourceParser;
  readonly #text = new TextDecoder();
  #writable = true;

  constructor(parts: SinkParts, marks: AnswerMarks, body: JsonObject) {
    super(parts);
    this.#parser = createParser({
      onEvent: ({ event, data }) => {
        const frame = parts.wire.rewriteFrame(event, data, marks, body);
        if (frame === undefined) return;
        this.opening ||= frame;
        this.#writable = this.response.write(`${frame}\n\n`);
      },
    });
  }

  open(): void {
    this.begin();
    this.shown = true;
    if (!this.started) this.response.writeHead(200, [...EVENT_STREAM, ...this.own()]);
  }
  write(chunk: Buffer): boolean {
    this.#writable = true;
    this.#parser.feed(this.#text.decode(chunk, { stream: true }));
    return this.#writable;
  }
  whole(_status: number, _headers: RawHeaders, body: Buffer): void {
    this.open();
    this.write(body);
    this.end();
  }
  end(): void {
    this.response.end();
  }
  /** A stream whose attempts all failed tells so inside a 200, as OpenClaw does (gateway spec §2). */
  override refuse(refusal: TimedRefusal): void {
    if (refusal.tried) this.open();
    super.refuse(refusal);
  }
}

/** The agent path in one piece: nothing is visible until the provider's stream is complete. */
export class AgentJsonSink extends ResponseSink {
  readonly #marks: AnswerMarks;
  #collector: Collector;
  #parser: EventSourceParser;
  #text = new TextDecoder();

  constructor(parts: SinkParts, marks: AnswerMarks) {
    super(parts);
    this.#marks = marks;
    this.#collector = parts.wire.collector();
    this.#parser = this.#newParser();
  }

  open(): void {
    this.#collector = this.wire.collector();
    this.#parser = this.#newParser();
    this.#text = new TextDecoder();
  }
  write(chunk: Buffer): boolean {
    this.#parser.feed(this.#text.decode(chunk, { stream: true }));
    return true;
  }
  /** The provider answered a request for a stream with one JSON object. */
  whole(_status: number, _headers: RawHeaders, body: Buffer): void {
    this.#answer(this.wire.mark(parseObject(body.toString()) ?? {}, this.#marks));
  }
  end(): void {
    this.#answer(this.#collector.result(this.#marks));
  }

  #answer(answer: unknown): void {
    this.shown = true;
    const body = Buffer.from(JSON.stringify(answer));
    const headers = [
      "content-type",
      "application/json",
      "content-length",
      String(body.length),
      ...this.own(),
    ];
    this.response.writeHead(200, headers).end(body);
  }

  #newParser(): EventSourceParser {
    return createParser({ onEvent: ({ event, data }) => this.#collector.add(event, data) });
  }
}
