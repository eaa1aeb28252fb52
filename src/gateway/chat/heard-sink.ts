// An answer on its way to the client, heard for the transcript.
import type { RawHeaders, Sink } from "../../access/sink.ts";
import type { TurnSink } from "./turn-sink.ts";

export class HeardSink implements Sink {
  readonly #inner: Sink;
  readonly #ear: TurnSink;

  constructor(inner: Sink, ear: TurnSink) {
    this.#inner = inner;
    this.#ear = ear;
  }

  get gone(): boolean {
    return this.#inner.gone;
  }
  get onGone(): (() => void) | undefined {
    return this.#inner.onGone;
  }
  set onGone(listener: (() => void) | undefined) {
    this.#inner.onGone = listener;
  }
  get onAnswer(): (() => void) | undefined {
    return this.#inner.onAnswer;
  }
  get capacityBytes(): number {
    return this.#inner.capacityBytes;
  }
  open(status: number, headers: RawHeaders, framed: boolean): void {
    this.#ear.forget();
    this.#inner.open(status, headers, framed);
  }
  write(chunk: Buffer): boolean {
    this.#ear.write(chunk);
    return this.#inner.write(chunk);
  }
  whole(status: number, headers: RawHeaders, body: Buffer): void {
    this.#ear.whole(status, headers, body);
    this.#inner.whole(status, headers, body);
  }
  end(): void {
    this.#ear.end();
    this.#inner.end();
  }
  onceDrained(resume: () => void): void {
    this.#inner.onceDrained(resume);
  }
  drop(): void {
    this.#inner.drop();
  }
  retract(): boolean {
    return this.#inner.retract();
  }
}
