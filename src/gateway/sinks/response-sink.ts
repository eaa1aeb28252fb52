// The client's side of an answer: what all kinds of sink share. An HTTP response that may still be silent.
import type { ServerResponse } from "node:http";
import type { Alarm } from "../../access/alarms.ts";
import { clearAlarm, setAlarm } from "../../access/alarms.ts";
import type { RawHeaders, Sink } from "../../access/sink.ts";
import type { TimedRefusal } from "../calls/refusals.ts";
import { OWN_ANSWER, replyRefusal } from "../reply.ts";
import type { Wire } from "../../wire/wire.ts";

export const COMMENT = ": waiting for the provider\n\n";
export const EVENT_STREAM: RawHeaders = [
  "content-type",
  "text/event-stream; charset=utf-8",
  "cache-control",
  "no-cache",
  ...OWN_ANSWER,
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
  /** No byte before this many ms, so that an SDK still sees a status; then comments keep a stream alive. */
  readonly commentEveryMs: number;
}

export abstract class ResponseSink implements Sink {
  onGone: (() => void) | undefined;
  onAnswer: (() => void) | undefined;
  /** What passes through needs no room. */
  readonly capacityBytes: number = Infinity;
  protected readonly response: ServerResponse;
  protected readonly own: OwnHeaders;
  protected readonly wire: Wire;
  /** The client has seen content. */
  protected shown = false;
  #gone: boolean;
  readonly #commentEveryMs: number;
  #comments: Alarm | undefined;

  constructor({ response, wire, own, stream, commentEveryMs }: SinkParts) {
    this.response = response;
    this.wire = wire;
    this.own = own;
    // The client may have left while its request was read.
    this.#gone = response.destroyed;
    response.on("close", () => this.#closed());
    this.#commentEveryMs = commentEveryMs;
    if (stream) this.#waitAndComment();
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

  abstract open(status: number, headers: RawHeaders, framed: boolean): void;
  abstract write(chunk: Buffer): boolean;
  abstract whole(status: number, headers: RawHeaders, body: Buffer): void;
  abstract end(): void;

  onceDrained(resume: () => void): void {
    this.response.once("drain", resume);
  }

  /** Its answer is wanted no more, though the client may still be there. */
  leave(): void {
    if (this.#gone) return;
    this.#gone = true;
    this.onGone?.();
  }

  drop(): void {
    this.response.destroy();
  }

  retract(): boolean {
    return !this.shown;
  }

  /** There is no answer, or no more of it: the client is told in its own protocol. */
  refuse(refusal: TimedRefusal): void {
    this.begin();
    if (!this.started) replyRefusal(this.response, this.wire, refusal, this.own());
    else if (this.framed) this.response.end(this.errorFrames(refusal));
    else this.response.destroy();
  }

  protected errorFrames(refusal: TimedRefusal): string {
    return this.wire.errorFrames(refusal, this.opening);
  }

  /** The first of what the client has seen. */
  protected opening = "";

  /** The answer is a stream of events, so that an error can still be told inside it. */
  protected framed = true;

  /** Ends the comments: content or the end of the answer follows. */
  protected begin(): void {
    clearAlarm(this.#comments);
    this.#comments = undefined;
  }

  #waitAndComment(): void {
    this.#comments = setAlarm(() => this.#comment(), this.#commentEveryMs);
  }

  #comment(): void {
    if (!this.response.headersSent) this.response.writeHead(200, [...EVENT_STREAM, ...this.own()]);
    this.response.write(COMMENT);
    this.#waitAndComment();
  }

  #closed(): void {
    clearAlarm(this.#comments);
    if (this.response.writableFinished || this.#gone) return;
    this.#gone = true;
    this.onGone?.();
  }
}
