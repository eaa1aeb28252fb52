// Server-sent events as a stream of frames: what the first ones say, where frames end, which one tells an error.
import type { EventSourceParser } from "eventsource-parser";
import { createParser } from "eventsource-parser";
import type { FrameVerdict, ProviderWire } from "./wire.ts";

/** Reads the frames of a stream until one says what the answer is. */
export class PreludeJudge {
  readonly #parser: EventSourceParser;
  #verdict: FrameVerdict = "prelude";
  /** A complete but empty answer ends like this. */
  ended = false;

  constructor(wire: ProviderWire) {
    this.#parser = createParser({
      onEvent: ({ event, data }) => {
        if (this.#verdict !== "prelude") return;
        const verdict = wire.readFrame(event, data);
        if (verdict === "end") this.ended = true;
        else this.#verdict = verdict;
      },
    });
  }

  read(chunk: Buffer): FrameVerdict {
    // A letter cut in two by a chunk's end changes no verdict; the bytes themselves pass untouched.
    this.#parser.feed(chunk.toString());
    return this.#verdict;
  }
}

const EMPTY = Buffer.alloc(0);
const SEAM_BYTES = 3;

/** Cuts a stream of bytes behind its last whole frame; what is left over waits for more. */
export class WholeFrames {
  #held: Buffer[] = [];
  /** the last bytes of what is held */
  #seam: Buffer = EMPTY;
  heldBytes = 0;

  /** The whole frames that `chunk` completes, if any. */
  add(chunk: Buffer): Buffer | undefined {
    if (this.heldBytes === 0 && endsFrame(chunk)) return chunk;
    // A blank line may begin in what is held: its last bytes are looked at again, the rest is not.
    const end = lastFrameEnd(Buffer.concat([this.#seam, chunk])) - this.#seam.length;
    if (end <= 0) {
      this.#hold(chunk);
      return undefined;
    }
    const whole = Buffer.concat([...this.#held, chunk.subarray(0, end)]);
    this.#held = [];
    this.heldBytes = 0;
    this.#seam = EMPTY;
    if (end < chunk.length) this.#hold(chunk.subarray(end));
    return whole;
  }

  /** What the stream's end leaves: half a frame, or one without its blank line. */
  rest(): Buffer | undefined {
    return this.heldBytes === 0 ? undefined : Buffer.concat(this.#held);
  }

  #hold(chunk: Buffer): void {
    this.#held.push(chunk);
    this.heldBytes += chunk.length;
    this.#seam = Buffer.concat([this.#seam, chunk.subarray(-SEAM_BYTES)]).subarray(-SEAM_BYTES);
  }
}

/** Ends with a blank line, of either kind. */
function endsFrame(bytes: Buffer): boolean {
  const last = bytes.length - 1;
  return (
    bytes[last] === 0x0a &&
    (bytes[last - 1] === 0x0a || (bytes[last - 1] === 0x0d && bytes[last - 2] === 0x0a))
  );
}

/** Index behind the last blank line, 0 when there is none. */
function lastFrameEnd(bytes: Buffer): number {
  const unix = bytes.lastIndexOf("\n\n");
  const dos = bytes.lastIndexOf("\n\r\n");
  return Math.max(unix === -1 ? 0 : unix + 2, dos === -1 ? 0 : dos + 3);
}

/** Whether the last frame of a stream, which may lack its blank line, has all of its data. */
export function isWholeFrame(frame: Buffer): boolean {
  let whole = false;
  const parser = createParser({ onEvent: ({ data }) => (whole = data === "[DONE]" || isJson(data)) });
  parser.feed(`${frame.toString()}\n\n`);
  return whole;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Whether the last of these whole frames is the end of the answer. */
export function endsAnswer(frames: Buffer, wire: ProviderWire): boolean {
  let verdict: FrameVerdict = "prelude";
  const parser = createParser({ onEvent: ({ event, data }) => (verdict = wire.readFrame(event, data)) });
  parser.feed(frames.toString());
  return (verdict as FrameVerdict) === "end";
}

/** The first frame that tells an error, and where it begins. */
export function findError(frames: Buffer, wire: ProviderWire): { at: number; error: unknown } | undefined {
  for (let at = 0; at < frames.length;) {
    const end = frameEnd(frames, at);
    let verdict: FrameVerdict = "prelude";
    const parser = createParser({ onEvent: ({ event, data }) => (verdict = wire.readFrame(event, data)) });
    parser.feed(`${frames.toString("utf8", at, end)}\n\n`);
    verdict = verdict as FrameVerdict;
    if (typeof verdict === "object") return { at, error: verdict.error };
    at = end;
  }
  return undefined;
}

/** Index behind the blank line that ends the frame at `from`. */
function frameEnd(bytes: Buffer, from: number): number {
  const unix = bytes.indexOf("\n\n", from);
  const dos = bytes.indexOf("\r\n\r\n", from);
  if (unix === -1 && dos === -1) return bytes.length;
  return dos === -1 || (unix !== -1 && unix < dos) ? unix + 2 : dos + 4;
}
