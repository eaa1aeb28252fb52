// Whether a client knows the gateway's secret. The time it takes tells nothing of where two texts differ, and of
// how long the secret is no more than how many blocks it fills. A digest of each would do the same for ten times the cost.
import { timingSafeEqual } from "node:crypto";
import type { Secret } from "../../core/secret.ts";

const LENGTH_BYTES = 4;
const BLOCK_BYTES = 256;

/** A text behind its length, and zeros to the end. */
interface Pair {
  readonly wanted: Buffer;
  /** for the text that is compared with it; zeros in between */
  readonly scratch: Buffer;
}

const PAIRS = new WeakMap<Secret, Pair>();

export function isSameSecret(given: string, secret: Secret): boolean {
  const { wanted, scratch } = PAIRS.get(secret) ?? pairFor(secret);
  if (Buffer.byteLength(given) > wanted.length - LENGTH_BYTES) return false;
  put(scratch, given);
  const same = timingSafeEqual(scratch, wanted);
  scratch.fill(0);
  return same;
}

function pairFor(secret: Secret): Pair {
  const text = secret.reveal();
  const bytes = LENGTH_BYTES + Math.max(1, Math.ceil(Buffer.byteLength(text) / BLOCK_BYTES)) * BLOCK_BYTES;
  const pair = { wanted: Buffer.alloc(bytes), scratch: Buffer.alloc(bytes) };
  put(pair.wanted, text);
  PAIRS.set(secret, pair);
  return pair;
}

const put = (buffer: Buffer, text: string): void =>
  void buffer.writeUInt32LE(buffer.write(text, LENGTH_BYTES), 0);
