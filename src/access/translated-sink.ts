// An answer in the provider's protocol, on its way to a client of another: read frame by frame, told anew.
import { randomBytes } from "node:crypto";
import type { EventSourceParser } from "eventsource-parser";
import { createParser } from "eventsource-parser";
import { parseObject } from "../core/json.ts";
import type { AnswerEvent } from "../wire/translate/neutral.ts";
import type {
  AnswerFrame,
  AnswerReader,
  AnswerWriter,
  ClientTranslator,
  ProviderTranslator,
} from "../wire/translate/translator.ts";
import { ForwardingSink } from "./forwarding-sink.ts";
import type { RawHeaders, Sink } from "./sink.ts";

export interface Tongues {
  readonly from: ProviderTranslator;
  readonly to: ClientTranslator;
  readonly frame: AnswerFrame;
  /** as the client is to be told it */
  readonly tell: (event: AnswerEvent) => AnswerEvent;
  /** the client asked for a stream */
  readonly stream: boolean;
}

const EVENT_STREAM: RawHeaders = [
  "content-type",
  "text/event-stream; charset=utf-8",
  "cache-control",
  "no-cache",
];
const JSON_HEADERS: RawHeaders = ["content-type", "application/json"];

const newId = (): string => `call_${randomBytes(12).toString("hex")}`;

/** The answer of one attempt, into the sink of the whole run. */
export const translatedSink = (inner: Sink, tongues: Tongues): Sink =>
  tongues.stream ? new StreamTeller(inner, tongues) : new WholeTeller(inner, tongues);

/** From bytes to events, by way of letters and frames, which chunks may cut in two. */
class FrameReader {
  readonly #reader: AnswerReader;
  readonly #take: (events: readonly AnswerEvent[]) => void;
  readonly #parser: EventSourceParser;
  readonly #text = new TextDecoder();

  constructor(reader: AnswerReader, take: (events: readonly AnswerEvent[]) => void) {
    this.#reader = reader;
    this.#take = take;
    this.#parser = createParser({ onEvent: ({ event, data }) => take(reader.add(event, data)) });
  }

  read(chunk: Buffer): void {
    this.#parser.feed(this.#text.decode(chunk, { stream: true }));
  }

  end(): void {
    this.#parser.feed(`${this.#text.decode()}\n\n`);
    this.#take(this.#reader.end());
  }
}

/** What both kinds share: the client behind it is the same. */
abstract class Teller extends ForwardingSink {
  protected readonly tongues: Tongues;
  /** of an answer that comes as a stream */
  #frames: FrameReader | undefined;
  protected events: AnswerEvent[] = [];

  constructor(inner: Sink, tongues: Tongues) {
    super(inner);
    this.tongues = tongues;
  }

  protected read(chunk: Buffer): void {
    this.#framesOf().read(chunk);
  }
  /** All that is left to tell when the provider's stream is over. */
  protected readEnd(): void {
    this.#framesOf().end();
  }
  protected readWhole(body: Buffer): void {
    this.#take(this.tongues.from.readAnswer(parseObject(body.toString()) ?? {}, newId));
  }
  #framesOf(): FrameReader {
    return (this.#frames ??= new FrameReader(this.tongues.from.reader(newId), (events) =>
      this.#take(events),
    ));
  }
  #take(events: readonly AnswerEvent[]): void {
    for (const event of events) this.events.push(this.tongues.tell(event));
  }
}

/** The client gets a stream, whatever came. */
class StreamTeller extends Teller {
  readonly #writer: AnswerWriter;

  constructor(inner: Sink, tongues: Tongues) {
    super(inner, tongues);
    this.#writer = tongues.to.writer(tongues.frame);
  }

  open(): void {
    this.inner.open(200, EVENT_STREAM, true);
  }
  write(chunk: Buffer): boolean {
    this.read(chunk);
    return this.#tell();
  }
  end(): void {
    this.readEnd();
    this.#finish();
  }
  whole(_status: number, _headers: RawHeaders, body: Buffer): void {
    this.open();
    this.readWhole(body);
    this.#finish();
  }

  #tell(): boolean {
    let text = "";
    for (const event of this.events) text += this.#writer.add(event);
    this.events = [];
    return text === "" || this.inner.write(Buffer.from(text));
  }
  #finish(): void {
    this.#tell();
    this.inner.write(Buffer.from(this.#writer.end()));
    this.inner.end();
  }
}

/** The largest answer that is put together before it is told. */
const COLLECTED_BYTES = 32 * 1024 * 1024;

/** The client gets one piece: nothing is visible before the end. */
class WholeTeller extends Teller {
  override get capacityBytes(): number {
    return COLLECTED_BYTES;
  }

  open(): void {
    this.events = [];
  }
  write(chunk: Buffer): boolean {
    this.read(chunk);
    return true;
  }
  end(): void {
    this.readEnd();
    this.#finish();
  }
  whole(_status: number, _headers: RawHeaders, body: Buffer): void {
    this.readWhole(body);
    this.#finish();
  }
  override retract(): boolean {
    return true;
  }

  #finish(): void {
    const answer = this.tongues.to.writeAnswer(this.events, this.tongues.frame);
    this.inner.whole(200, JSON_HEADERS, Buffer.from(JSON.stringify(answer)));
  }
}
