// An answer that nobody waits for but the program itself: its bytes are kept, up to a limit.
import type { RawHeaders, Sink } from "./sink.ts";

/** No probe asks for more than a few words: whatever goes on after this much has said enough. */
const ENOUGH_BYTES = 1024 * 1024;

export class HeldSink implements Sink {
  gone = false;
  onGone: (() => void) | undefined;
  readonly capacityBytes = Infinity;
  /** Content has come. */
  opened = false;
  framed = false;
  readonly #chunks: Buffer[] = [];
  #bytes = 0;

  /** Ends the call. */
  leave(): void {
    this.gone = true;
    this.onGone?.();
  }

  open(_status: number, _headers: RawHeaders, framed: boolean): void {
    this.opened = true;
    this.framed = framed;
  }

  write(chunk: Buffer): boolean {
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
    if (this.#bytes > ENOUGH_BYTES) this.leave();
    return true;
  }

  drop(): void {}

  onceDrained(resume: () => void): void {
    resume();
  }

  whole(_status: number, _headers: RawHeaders, body: Buffer): void {
    this.opened = true;
    this.#chunks.push(body);
  }

  end(): void {}

  /** Nobody has seen any of it. */
  retract(): boolean {
    return true;
  }

  text(): string {
    return Buffer.concat(this.#chunks).toString();
  }
}
