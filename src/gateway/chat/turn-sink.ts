// Where the answer to a turn goes: read as what it says, piece by piece, for the events of the conversation.
import { randomBytes } from "node:crypto";
import type { EventSourceParser } from "eventsource-parser";
import { createParser } from "eventsource-parser";
import type { RawHeaders, Sink } from "../../access/sink.ts";
import { parseObject } from "../../core/json.ts";
import type { AnswerEvent, TokenUsage } from "../../wire/translate/neutral.ts";
import type { AnswerReader, ProviderTranslator } from "../../wire/translate/translator.ts";
import type { TimedRefusal } from "../calls/refusals.ts";

/** More than this is no answer for a person. */
const MOST_CHARACTERS = 4 * 1024 * 1024;

const newId = (): string => `call_${randomBytes(12).toString("hex")}`;

export class TurnSink implements Sink {
  gone = false;
  onGone: (() => void) | undefined;
  readonly capacityBytes = Infinity;
  status = 200;
  /** all of it so far */
  text = "";
  usage: TokenUsage | undefined;
  finish: string | undefined;
  refusal: TimedRefusal | undefined;
  readonly #tongue: ProviderTranslator;
  readonly #onText: (piece: string) => void;
  /** It was longer than an answer may be: of it, the beginning is kept. */
  #isFull = false;
  #reader: AnswerReader;
  #parser: EventSourceParser;
  #letters = new TextDecoder();

  /** @param tongue of the protocol that the run was asked in */
  constructor(tongue: ProviderTranslator, onText: (piece: string) => void) {
    this.#tongue = tongue;
    this.#onText = onText;
    this.#reader = tongue.reader(newId);
    this.#parser = this.#newParser();
  }

  /** Nobody waits for the answer any more. */
  leave(): void {
    if (this.gone) return;
    this.gone = true;
    this.onGone?.();
  }

  open(): void {
    if (this.text === "") this.forget();
  }

  /** Another answer begins. */
  forget(): void {
    this.text = "";
    this.usage = undefined;
    this.finish = undefined;
    this.#isFull = false;
    this.#reader = this.#tongue.reader(newId);
    this.#parser = this.#newParser();
    this.#letters = new TextDecoder();
  }

  write(chunk: Buffer): boolean {
    if (!this.#isFull) this.#parser.feed(this.#letters.decode(chunk, { stream: true }));
    return true;
  }

  whole(_status: number, _headers: RawHeaders, body: Buffer): void {
    this.#take(this.#tongue.readAnswer(parseObject(body.toString()) ?? {}, newId));
  }

  end(): void {
    if (this.#isFull) return;
    this.#parser.feed(`${this.#letters.decode()}\n\n`);
    this.#take(this.#reader.end());
  }

  refuse(refusal: TimedRefusal): void {
    this.refusal = refusal;
    this.status = refusal.status;
  }

  onceDrained(resume: () => void): void {
    resume();
  }

  drop(): void {
    this.leave();
  }

  retract(): boolean {
    return this.text === "";
  }

  #newParser(): EventSourceParser {
    return createParser({ onEvent: ({ event, data }) => this.#take(this.#reader.add(event, data)) });
  }

  #take(events: readonly AnswerEvent[]): void {
    for (const event of events) {
      if (event.kind === "text" || event.kind === "refusal") this.#hear(event.text);
      else if (event.kind === "finish") {
        this.finish = event.reason;
        this.usage = event.usage ?? this.usage;
      }
    }
  }

  #hear(piece: string): void {
    if (piece === "" || this.#isFull) return;
    this.text += piece;
    if (this.text.length <= MOST_CHARACTERS) return this.#onText(piece);
    this.#isFull = true;
    this.finish = "length";
    this.leave();
  }
}
