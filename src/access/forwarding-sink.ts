// A sink before another one: the client behind it is the same.
import type { RawHeaders, Sink } from "./sink.ts";

export abstract class ForwardingSink implements Sink {
  protected readonly inner: Sink;

  constructor(inner: Sink) {
    this.inner = inner;
  }

  get gone(): boolean {
    return this.inner.gone;
  }
  get onGone(): (() => void) | undefined {
    return this.inner.onGone;
  }
  set onGone(listener: (() => void) | undefined) {
    this.inner.onGone = listener;
  }
  get onAnswer(): (() => void) | undefined {
    return this.inner.onAnswer;
  }
  set onAnswer(listener: (() => void) | undefined) {
    this.inner.onAnswer = listener;
  }
  get capacityBytes(): number {
    return this.inner.capacityBytes;
  }
  abstract open(status: number, headers: RawHeaders, framed: boolean): void;
  abstract write(chunk: Buffer): boolean;
  abstract whole(status: number, headers: RawHeaders, body: Buffer): void;
  abstract end(): void;
  onceDrained(resume: () => void): void {
    this.inner.onceDrained(resume);
  }
  drop(): void {
    this.inner.drop();
  }
  retract(): boolean {
    return this.inner.retract();
  }
}
