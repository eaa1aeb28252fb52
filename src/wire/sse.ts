// Server-sent events as a stream of frames: what the first ones say, where frames end, which one tells an error.
import type { EventSourceParser } from "eventsource-parser";
import { createParser } from "eventsource-parser";
import type { FrameVerdict, Wire } from "./wire.ts";

/** Reads the frames of a stream until one says what the answer is. */
export class PreludeJudge {
  readonly #parser: EventSourceParser;
  #verdict: FrameVerdict = "prelude";
  /** A complete but empty answer ends like this. */
  ended = false;

  constructor(wire: Wire) {
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

/** Index behind the last blank line, 0 when there is none. */
export function lastFrameEnd(bytes: Buffer): number {
  const last = bytes.length - 1;
  if (bytes[last] === 0x0a && (bytes[last - 1] === 0x0a || bytes[last - 3] === 0x0a)) return bytes.length;
  const unix = bytes.lastIndexOf("\n\n");
  const dos = bytes.lastIndexOf("\r\n\r\n");
  return Math.max(unix === -1 ? 0 : unix + 2, dos === -1 ? 0 : dos + 4);
}

/** The first frame that tells an error, and where it begins. */
export function findError(frames: Buffer, wire: Wire): { at: number; error: unknown } | undefined {
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
