// An answer on its way to the client, heard for the transcript.
import { ForwardingSink } from "../../access/forwarding-sink.ts";
import type { RawHeaders, Sink } from "../../access/sink.ts";
import type { TurnSink } from "./turn-sink.ts";

export class HeardSink extends ForwardingSink {
  readonly #ear: TurnSink;

  constructor(inner: Sink, ear: TurnSink) {
    super(inner);
    this.#ear = ear;
  }

  open(status: number, headers: RawHeaders, framed: boolean): void {
    this.#ear.forget();
    this.inner.open(status, headers, framed);
  }
  write(chunk: Buffer): boolean {
    this.#ear.write(chunk);
    return this.inner.write(chunk);
  }
  whole(status: number, headers: RawHeaders, body: Buffer): void {
    this.#ear.whole(status, headers, body);
    this.inner.whole(status, headers, body);
  }
  end(): void {
    this.#ear.end();
    this.inner.end();
  }
}
