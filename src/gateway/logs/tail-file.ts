// The end of a log file, or what was added to it since: so much of it, in whole lines.
import { open } from "node:fs/promises";

export interface TailRequest {
  /** bytes that were seen before */
  readonly cursor?: number | undefined;
  readonly limit: number;
  readonly maxBytes: number;
}

/** In the form of OpenClaw's `logs.tail`. */
export interface Tail {
  readonly file: string;
  /** for the next question */
  readonly cursor: number;
  readonly size: number;
  readonly lines: readonly string[];
  /** There is more than is told. */
  readonly truncated: boolean;
  /** The file is another one than `cursor` was of: it is told from its end. */
  readonly reset: boolean;
}

/** A file that is not there is an empty one. */
export async function tailFile(
  file: string | undefined,
  { cursor, limit, maxBytes }: TailRequest,
): Promise<Tail> {
  const handle = file === undefined ? undefined : await open(file, "r").catch(() => undefined);
  if (!handle) return { file: file ?? "", cursor: 0, size: 0, lines: [], truncated: false, reset: false };
  try {
    const { size } = await handle.stat();
    const reset = cursor !== undefined && cursor > size;
    const seen = reset ? undefined : cursor;
    const from = Math.max(seen ?? 0, size - maxBytes);
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(size - from), 0, size - from, from);
    const read = buffer.subarray(0, bytesRead);
    // A line that is being written is told once it is whole.
    const end = read.lastIndexOf(NEWLINE) + 1;
    // What begins before the part that was read is no whole line.
    const isCut = from > (seen ?? 0);
    const begin = !isCut ? 0 : read.indexOf(NEWLINE) + 1;
    const whole = read.subarray(Math.min(begin, end), end).toString("utf8").split("\n").slice(0, -1);
    const lines = whole.slice(-limit);
    const truncated = isCut || lines.length < whole.length;
    return { file: file!, cursor: from + end, size, lines, truncated, reset };
  } finally {
    await handle.close();
  }
}

const NEWLINE = 10;
