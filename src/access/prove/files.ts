// All regular files of some folders, in pieces that are the same buffer again and again: their size is no matter.
import type { Dirent } from "node:fs";
import { closeSync, fstatSync, openSync, readdirSync, readSync, statSync } from "node:fs";
import { join } from "node:path";
import { messageOf } from "../../core/errors.ts";
import { realPath } from "./known.ts";

export interface Walked {
  /** real path */
  readonly file: string;
  readonly fault?: string;
}

/** Each file once. Links to files are followed, links to folders are not: they may lead anywhere. */
export function* filesBelow(roots: readonly string[], seen = new Set<string>()): Generator<Walked> {
  for (const root of roots) {
    const path = realPath(root);
    const stat = statOf(path);
    if (stat?.isDirectory()) yield* inFolder(path, seen);
    else if (stat?.isFile()) yield* once(path, seen);
  }
}

function* inFolder(folder: string, seen: Set<string>): Generator<Walked> {
  if (seen.has(folder)) return;
  seen.add(folder);
  let entries: Dirent[];
  try {
    entries = readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    return yield { file: folder, fault: messageOf(error) };
  }
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* inFolder(path, seen);
    else if (entry.isFile()) yield* once(path, seen);
    else if (entry.isSymbolicLink() && statOf(path)?.isFile()) yield* once(realPath(path), seen);
  }
}

function* once(file: string, seen: Set<string>): Generator<Walked> {
  if (seen.has(file)) return;
  seen.add(file);
  yield { file };
}

const statOf = (path: string) => {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
};

const PIECE_BYTES = 1024 * 1024;

export interface Piece {
  readonly bytes: Uint8Array;
  /** filled part of `bytes` */
  readonly end: number;
  /** of it, what the piece before had as well */
  readonly seen: number;
  /** where the piece begins in the file */
  readonly offset: number;
}

/** Reads files piece by piece; a piece is valid until the next. */
export class PieceReader {
  readonly #overlap: number;
  readonly #buffer: Buffer;

  /** @param longest bytes of the longest text that is sought */
  constructor(longest: number) {
    this.#overlap = Math.max(0, longest - 1);
    this.#buffer = Buffer.alloc(this.#overlap + PIECE_BYTES);
  }

  /** To the end that the file has now: one that grows ends all the same. @throws what the file system says */
  *pieces(file: string): Generator<Piece> {
    const descriptor = openSync(file, "r");
    try {
      const { size } = fstatSync(descriptor);
      let kept = 0;
      for (let at = 0; at < size;) {
        const wanted = Math.min(PIECE_BYTES, size - at);
        const count = readSync(descriptor, this.#buffer, kept, wanted, at);
        if (count === 0) return;
        const end = kept + count;
        yield { bytes: this.#buffer, end, seen: kept, offset: at - kept };
        at += count;
        kept = Math.min(this.#overlap, end);
        this.#buffer.copyWithin(0, end - kept, end);
      }
    } finally {
      closeSync(descriptor);
    }
  }
}
