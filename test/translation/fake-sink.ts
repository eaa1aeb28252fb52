// A client that takes everything and keeps it.
import type { RawHeaders, Sink } from "../../src/access/sink.ts";

export class FakeSink implements Sink {
  text = "";
  readonly gone = false;
  onGone: (() => void) | undefined = undefined;
  readonly onAnswer: (() => void) | undefined = undefined;
  readonly capacityBytes = Infinity;

  open(): void {}
  write(chunk: Buffer): boolean {
    this.text += chunk.toString();
    return true;
  }
  whole(_status: number, _headers: RawHeaders, body: Buffer): void {
    this.text += body.toString();
  }
  end(): void {}
  retract(): boolean {
    return true;
  }
  onceDrained(resume: () => void): void {
    resume();
  }
  drop(): void {}
}
