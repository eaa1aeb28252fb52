// Where an answer goes. The run writes into it and never learns whether it is a socket, a collector or a test.

/** Response headers as name, value, name, value … */
export type RawHeaders = readonly string[];

export interface Sink {
  /** The client left; nothing more needs to be sent. */
  readonly gone: boolean;
  /** Called once when the client leaves. */
  onGone: (() => void) | undefined;
  /** Called once when the answer has begun: from here on it is known to be one. */
  onAnswer?: (() => void) | undefined;
  /** How much of an answer it can take; more makes the attempt fail. */
  readonly capacityBytes: number;
  /**
   * Starts the visible answer. Content follows, so nothing may be replayed from here on.
   *
   * @param framed a stream of events, in which an error can still be told
   */
  open(status: number, headers: RawHeaders, framed: boolean): void;
  /** `false`: call `onceDrained` before writing on. */
  write(chunk: Buffer): boolean;
  onceDrained(resume: () => void): void;
  /** Ends a connection whose client takes nothing any more; `onGone` follows. */
  drop(): void;
  /** A complete answer in one piece. */
  whole(status: number, headers: RawHeaders, body: Buffer): void;
  end(): void;
  /** Takes back what was written; `false` when the client has seen it. */
  retract(): boolean;
}
