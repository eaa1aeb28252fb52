// Looks for thousands of texts at once in bytes that come in pieces: Wu and Manber's way, "A fast algorithm for
// multi-pattern searching" (1994). Most places are passed over several bytes at a time. Pure but for its own memory.

export interface SoughtText<T> {
  readonly text: string | Uint8Array;
  readonly tag: T;
}

export interface Found<T> {
  readonly tag: T;
  /** of its first byte, in the bytes that were searched */
  readonly at: number;
  /** in bytes */
  readonly length: number;
}

/** Shorter texts are not sought: they would meet others by chance, and slow the search. */
export const SHORTEST_SOUGHT = 8;
const WINDOW = SHORTEST_SOUGHT;
const BLOCK = 3;
const LONGEST_SHIFT = WINDOW - BLOCK + 1;
const TABLE_BITS = 18;

interface Pattern<T> {
  readonly bytes: Uint8Array;
  readonly tag: T;
}

export class TextSearch<T> {
  readonly #shifts = new Uint8Array(1 << TABLE_BITS).fill(LONGEST_SHIFT);
  readonly #byWindow = new Map<number, Pattern<T>[]>();
  #longest = 0;

  constructor(texts: Iterable<SoughtText<T>> = []) {
    for (const text of texts) this.add(text);
  }

  /** Bytes of the longest text: who searches in pieces keeps one less of each piece for the next. */
  get longest(): number {
    return this.#longest;
  }

  /** A text of fewer than `SHORTEST_SOUGHT` bytes is left out. */
  add({ text, tag }: SoughtText<T>): void {
    const bytes = typeof text === "string" ? Buffer.from(text) : text;
    if (bytes.length < WINDOW) return;
    this.#longest = Math.max(this.#longest, bytes.length);
    this.#add({ bytes, tag });
  }

  /** By its last bytes: keys of a provider, and signed tokens, begin alike. */
  #add(pattern: Pattern<T>): void {
    const { bytes } = pattern;
    for (let end = BLOCK - 1; end < WINDOW; end++) {
      const slot = slotOf(bytes, bytes.length - WINDOW + end);
      this.#shifts[slot] = Math.min(this.#shifts[slot]!, WINDOW - 1 - end);
    }
    const key = windowKey(bytes, bytes.length - 1);
    const others = this.#byWindow.get(key);
    if (others) others.push(pattern);
    else this.#byWindow.set(key, [pattern]);
  }

  /**
   * Every place at which one of the texts stands in the first `end` bytes.
   *
   * @param seen that many bytes were searched before: what ends among them is not told again
   */
  *find(bytes: Uint8Array, end = bytes.length, seen = 0): Generator<Found<T>> {
    const shifts = this.#shifts;
    let last = Math.max(WINDOW - 1, seen);
    while (last < end) {
      const shift = shifts[slotOf(bytes, last)]!;
      if (shift > 0) {
        last += shift;
        continue;
      }
      for (const { bytes: wanted, tag } of this.#byWindow.get(windowKey(bytes, last)) ?? [])
        if (endsAt(bytes, last, wanted)) yield { tag, at: last - wanted.length + 1, length: wanted.length };
      last++;
    }
  }
}

/** Of the three bytes that end at `last`. */
const slotOf = (bytes: Uint8Array, last: number): number =>
  Math.imul(bytes[last]! | (bytes[last - 1]! << 8) | (bytes[last - 2]! << 16), 0x9e3779b1) >>>
  (32 - TABLE_BITS);

function windowKey(bytes: Uint8Array, last: number): number {
  let key = 0;
  for (let at = last - WINDOW + 1; at <= last; at++) key = (Math.imul(key, 31) + bytes[at]!) | 0;
  return key;
}

function endsAt(bytes: Uint8Array, last: number, wanted: Uint8Array): boolean {
  const first = last - wanted.length + 1;
  if (first < 0) return false;
  for (let n = 0; n < wanted.length; n++) if (bytes[first + n] !== wanted[n]) return false;
  return true;
}
