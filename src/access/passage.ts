// An answer on its way to the client: whole frames, an error told in the middle, the pace of a slow reader.
import type { Alarm } from "./alarms.ts";
import { clearAlarm, setAlarm } from "./alarms.ts";
import { endsAnswer, findError, isWholeFrame, WholeFrames } from "../wire/sse.ts";
import type { ProviderWire } from "../wire/wire.ts";
import type { Sink } from "./sink.ts";

/** No protocol has frames near this size. */
const LARGEST_FRAME_BYTES = 16 * 1024 * 1024;
/** The end of an answer that is kept for its usage and end marks. */
export const TAIL_BYTES = 4096;
const BLANK_LINE = Buffer.from("\n\n");

/** What the passage asks of the call that it belongs to. */
export interface Source {
  pause(): void;
  resume(): void;
  /** The provider told an error after content. */
  told(error: unknown): void;
  /** What came cannot be passed on. */
  broken(reason: string): void;
  /** How long a client may take nothing, ms. */
  readonly patienceMs: number;
  /** It took nothing for that long. */
  stuck(): void;
}

/** From `open` to the end. Says nothing more once the source was told of an error. */
export class Passage {
  readonly #sink: Sink;
  readonly #wire: ProviderWire;
  readonly #source: Source;
  /** absent when the answer is no stream of events */
  readonly #frames: WholeFrames | undefined;
  #tail: Buffer[] = [];
  #tailBytes = 0;
  #passedBytes = 0;
  #resting: Alarm | undefined;
  #over = false;

  constructor(sink: Sink, wire: ProviderWire, framed: boolean, source: Source) {
    this.#sink = sink;
    this.#wire = wire;
    this.#source = source;
    this.#frames = framed ? new WholeFrames() : undefined;
  }

  /** The client reads slower than the provider writes, and is waited for. */
  get resting(): boolean {
    return this.#resting !== undefined;
  }

  /** The client has seen the end of the answer: what becomes of the connection is no fault of it. */
  get complete(): boolean {
    return this.#frames !== undefined && endsAnswer(Buffer.concat(this.#tail), this.#wire);
  }

  /** The call is over, whatever of it was shown. */
  stop(): void {
    this.#over = true;
    clearAlarm(this.#resting);
  }

  /** Whole frames only: after half a frame no error event could be understood. */
  take(chunk: Buffer): void {
    if (!this.#frames) return this.#pass(chunk);
    const frames = this.#frames.add(chunk);
    if (frames) this.#passChecked(frames);
    if (this.#frames.heldBytes > LARGEST_FRAME_BYTES)
      this.#break(`A frame of the stream is larger than ${LARGEST_FRAME_BYTES} bytes.`);
  }

  /**
   * The provider wrote its last byte.
   *
   * @param ended its end mark was seen already
   * @returns the last bytes of the answer; nothing when it was cut or told an error
   */
  finish(ended: boolean): Buffer | undefined {
    const rest = this.#frames?.rest();
    // Half a frame is no content; one that only lacks its blank line is.
    const last = rest && isWholeFrame(rest) ? rest : undefined;
    if (last) this.#passChecked(last);
    const tail = Buffer.concat(this.#tail);
    if (!ended && this.#frames && !this.#wire.endMarks.some((mark) => tail.includes(mark))) {
      // What is told next begins a frame of its own.
      if (last) this.#pass(BLANK_LINE);
      this.#break("The stream was cut before its end.");
    }
    if (this.#over) return undefined;
    this.#sink.end();
    return tail;
  }

  /** An error told after content is not passed on: whoever refuses the rest tells it, once. */
  #passChecked(frames: Buffer): void {
    const suspect = this.#wire.errorMarks.some((mark) => frames.includes(mark));
    const found = suspect ? findError(frames, this.#wire) : undefined;
    if (!found) return this.#pass(frames);
    if (found.at > 0) this.#pass(frames.subarray(0, found.at));
    this.#tell(found.error);
  }

  #tell(error: unknown): void {
    if (this.#over || this.complete) return;
    this.#over = true;
    this.#source.told(error);
  }

  #break(reason: string): void {
    if (this.#over) return;
    this.#over = true;
    this.#source.broken(reason);
  }

  #pass(chunk: Buffer): void {
    if (this.#over) return;
    this.#passedBytes += chunk.length;
    if (this.#passedBytes > this.#sink.capacityBytes)
      return this.#break(`The answer is larger than ${this.#sink.capacityBytes} bytes.`);
    this.#keepTail(chunk);
    if (!this.#sink.write(chunk)) this.#rest();
  }

  #rest(): void {
    if (this.#resting) return;
    this.#resting = setAlarm(() => this.#source.stuck(), this.#source.patienceMs);
    this.#source.pause();
    this.#sink.onceDrained(() => {
      clearAlarm(this.#resting);
      this.#resting = undefined;
      this.#source.resume();
    });
  }

  #keepTail(chunk: Buffer): void {
    this.#tail.push(chunk);
    this.#tailBytes += chunk.length;
    while (this.#tailBytes - this.#tail[0]!.length >= TAIL_BYTES)
      this.#tailBytes -= this.#tail.shift()!.length;
  }
}
