// The agent path: the provider's stream decoded, marked with the run's id and the name the client used, encoded.
import type { EventSourceParser } from "eventsource-parser";
import { createParser } from "eventsource-parser";
import type { RawHeaders } from "../../access/sink.ts";
import type { JsonObject } from "../../core/json.ts";
import { isObject, parseObject } from "../../core/json.ts";
import type { AnswerMarks, Collector, ForcedCall } from "../../wire/wire.ts";
import { tellAsStream } from "./as-stream.ts";
import type { TimedRefusal } from "../calls/refusals.ts";
import { OWN_ANSWER, replyRefusal } from "../reply.ts";
import type { SinkParts } from "./response-sink.ts";
import { EVENT_STREAM, ResponseSink } from "./response-sink.ts";

/** A stream's last frame may lack its blank line. */
const LAST = "\n\n";

/** The provider answered, and not as the client insists: no other candidate is asked for that. */
const withoutCall = ({ wanted }: ForcedCall): TimedRefusal => ({
  status: 502,
  type: "api_error",
  message: `The model answered without calling ${wanted}, which tool_choice asks for.`,
  tried: true,
});

/** What is kept back until the call comes that the client insists on. */
const HELD_LENGTH = 32 * 1024 * 1024;

/** The agent path, streamed: each frame is decoded, marked and encoded again. */
export class AgentStreamSink extends ResponseSink {
  readonly #parser: EventSourceParser;
  readonly #text = new TextDecoder();
  #writable = true;
  #last = "";
  readonly #forced: ForcedCall | undefined;
  /** An answer that is none is not shown, not even its beginning. */
  #held = "";

  constructor(parts: SinkParts, marks: AnswerMarks, body: JsonObject) {
    super(parts);
    const forced = (this.#forced = parts.wire.forcedCall?.(body));
    this.#parser = createParser({
      onEvent: ({ event, data }) => {
        const frame = parts.wire.rewriteFrame(event, data, marks, body);
        if (frame === undefined) return;
        if (forced && !forced.met && this.#holds(forced, data, frame)) return;
        this.opening ||= frame;
        this.#last = frame;
        this.#writable = this.response.write(`${this.#held}${frame}\n\n`);
        this.#held = "";
      },
    });
  }

  #holds(forced: ForcedCall, data: string, frame: string): boolean {
    const seen = parseObject(data);
    if (seen) forced.see(seen);
    if (forced.met) return false;
    if (this.#held.length < HELD_LENGTH) this.#held += `${frame}\n\n`;
    return true;
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
  whole(status: number, headers: RawHeaders, body: Buffer): void {
    tellAsStream(this, this.wire, { status, headers, body }, true);
  }
  /** Some providers tell how an answer ends and leave out the frame that ends a stream; a client waits for it. */
  end(): void {
    this.#parser.feed(LAST);
    if (this.#forced && !this.#forced.met) return super.refuse(withoutCall(this.#forced));
    const { lastFrame } = this.wire;
    const ended = lastFrame === undefined || firstLine(this.#last) === firstLine(lastFrame);
    this.response.end(ended ? undefined : `${lastFrame}\n\n`);
  }
  /** A stream whose attempts all failed tells so inside a 200, as OpenClaw does (gateway spec §2). */
  override refuse(refusal: TimedRefusal): void {
    if (refusal.tried) this.open();
    super.refuse(refusal);
  }
  /** An error ends the stream as an answer does. */
  protected override errorFrames(refusal: TimedRefusal): string {
    const frames = super.errorFrames(refusal);
    const { lastFrame } = this.wire;
    const ended = lastFrame === undefined || !lastFrame.startsWith("data:") || frames.includes(lastFrame);
    return ended ? frames : `${frames}${lastFrame}\n\n`;
  }
}

const firstLine = (frame: string): string => frame.split("\n", 1)[0]!;

/** The largest answer that is collected before it is sent. */
const COLLECTED_BYTES = 32 * 1024 * 1024;

/** The agent path in one piece: nothing is visible until the provider's stream is complete. */
export class AgentJsonSink extends ResponseSink {
  override readonly capacityBytes = COLLECTED_BYTES;
  readonly #marks: AnswerMarks;
  #collector: Collector;
  #parser: EventSourceParser;
  #text = new TextDecoder();
  readonly #forced: ForcedCall | undefined;

  constructor(parts: SinkParts, marks: AnswerMarks, body: JsonObject) {
    super(parts);
    this.#forced = parts.wire.forcedCall?.(body);
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
    this.#parser.feed(LAST);
    this.#answer(this.#collector.result(this.#marks));
  }

  #answer(answer: unknown): void {
    this.shown = true;
    const forced = this.#forced;
    if (forced && isObject(answer)) forced.see(answer);
    if (forced && !forced.met) return replyRefusal(this.response, this.wire, withoutCall(forced), this.own());
    const body = Buffer.from(JSON.stringify(answer));
    const headers = [
      "content-type",
      "application/json",
      "content-length",
      String(body.length),
      ...OWN_ANSWER,
      ...this.own(),
    ];
    this.response.writeHead(200, headers).end(body);
  }

  #newParser(): EventSourceParser {
    return createParser({ onEvent: ({ event, data }) => this.#collector.add(event, data) });
  }
}
