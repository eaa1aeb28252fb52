// Parts of an answer whose pieces come mixed, put one behind the other: some protocols have one open block at a
// time. Calls of tools are what comes mixed; each is told whole before the next part begins.
import type { AnswerEvent } from "./neutral.ts";

import { JsonExtent } from "./json-extent.ts";

type Piece = Exclude<AnswerEvent, { kind: "finish" }>;

/** One part: a call, or what stands between calls. */
interface Track {
  readonly call?: number;
  /** how far the arguments are */
  readonly extent: JsonExtent;
  pieces: Piece[];
}

export class InSequence {
  /** The first one passes, the others wait. */
  #tracks: Track[] = [];

  /** Whether it can be written as it is: what comes piece by piece, most of the time. */
  passes({ kind }: Piece): boolean {
    if (kind === "tool" || kind === "arguments") return false;
    const [head] = this.#tracks;
    return head ? this.#tracks.length === 1 && head.call === undefined : false;
  }

  /** What can be written now. */
  add(event: Piece): readonly Piece[] {
    const track = this.#trackFor(event);
    track.pieces.push(event);
    if (event.kind === "arguments") track.extent.read(event.text);
    return this.#passing();
  }

  /** All that waits, when the answer is over. */
  rest(): readonly Piece[] {
    const pieces = this.#tracks.flatMap((track) => track.pieces);
    this.#tracks = [];
    return pieces;
  }

  #trackFor(event: Piece): Track {
    const last = this.#tracks.at(-1);
    if (event.kind === "arguments") {
      const open = this.#tracks.findLast(({ call }) => call === event.index);
      // More of a call that was told: blanks, as a rule.
      return open ?? { extent: new JsonExtent(), pieces: [] };
    }
    if (event.kind !== "tool" && last && last.call === undefined) return last;
    const track: Track = {
      ...(event.kind === "tool" ? { call: event.index } : {}),
      extent: new JsonExtent(),
      pieces: [],
    };
    this.#tracks.push(track);
    return track;
  }

  #passing(): readonly Piece[] {
    const passing: Piece[] = [];
    for (let head = this.#tracks[0]; head; head = this.#tracks[0]) {
      passing.push(...head.pieces);
      head.pieces = [];
      if (this.#tracks.length === 1 || !isComplete(head)) break;
      this.#tracks.shift();
    }
    return passing;
  }
}

/** Providers tell calls whole, one after the other; one that does not is waited for. */
const isComplete = ({ call, extent }: Track): boolean => call === undefined || extent.isClosed;
