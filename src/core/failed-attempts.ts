// Failed attempts to prove oneself, by source: so many within a while, and the source is locked out for a time.
// Bounded whatever comes: sources beyond the limit are counted as one.

export interface AttemptLimits {
  readonly maxAttempts: number;
  readonly windowMs: number;
  readonly lockoutMs: number;
}

interface Record {
  failures: number;
  /** ms since epoch */
  windowEnds: number;
  /** 0 while it is not locked out */
  lockedUntil: number;
}

/** All that is known, for another process. */
export interface KnownAttempts {
  readonly sources: readonly (readonly [source: string, record: Readonly<Record>])[];
  readonly known: readonly string[];
}

const MOST_SOURCES = 4096;
const MOST_KNOWN = 1024;
/** All sources that found no room. */
const OTHERS = "others";

export class FailedAttempts {
  readonly #sources = new Map<string, Record>();
  /** sources that have shown the right secret, oldest first */
  readonly #known = new Set<string>();
  #sweptAt = 0;

  /** Nobody has failed: there is nothing to look up. */
  get none(): boolean {
    return this.#sources.size === 0;
  }

  /** Until when `source` is locked out, ms since epoch; `undefined` when it is not. */
  lockedUntil(source: string, now: number): number | undefined {
    const record = this.#recordOf(source);
    return record && record.lockedUntil > now ? record.lockedUntil : undefined;
  }

  /** Takes a failure of a source that is not locked out. */
  failed(source: string, { maxAttempts, windowMs, lockoutMs }: AttemptLimits, now: number): void {
    const record = this.#recordOf(source) ?? this.#newRecord(source, now);
    const over = record.lockedUntil === 0 ? now >= record.windowEnds : now >= record.lockedUntil;
    if (over || record.failures === 0) {
      record.failures = 0;
      record.lockedUntil = 0;
      record.windowEnds = now + windowMs;
    }
    record.failures += 1;
    if (record.failures >= maxAttempts) record.lockedUntil = now + lockoutMs;
  }

  /** Failures are not forgotten for it: somebody else may share the address. */
  succeeded(source: string): void {
    if (this.#known.has(source)) return;
    if (this.#known.size >= MOST_KNOWN) this.#known.delete(this.#known.values().next().value!);
    this.#known.add(source);
  }

  /** Whether the right secret has come from there before. */
  knows(source: string): boolean {
    return this.#known.has(source);
  }

  all(): KnownAttempts {
    return { sources: [...this.#sources], known: [...this.#known] };
  }

  /** To a process that knows nothing yet. */
  take({ sources, known }: KnownAttempts): void {
    for (const [source, record] of sources) this.#sources.set(source, { ...record });
    for (const source of known) this.#known.add(source);
  }

  #recordOf(source: string): Record | undefined {
    return this.#sources.get(source) ?? (this.#isFull ? this.#sources.get(OTHERS) : undefined);
  }

  get #isFull(): boolean {
    return this.#sources.size >= MOST_SOURCES;
  }

  #newRecord(source: string, now: number): Record {
    if (this.#isFull) this.#sweep(now);
    const record = { failures: 0, windowEnds: 0, lockedUntil: 0 };
    this.#sources.set(this.#isFull ? OTHERS : source, record);
    return record;
  }

  /** A flood must not make each of its requests look at all the others. */
  #sweep(now: number): void {
    if (Math.abs(now - this.#sweptAt) < 1000) return;
    this.#sweptAt = now;
    for (const [source, { windowEnds, lockedUntil }] of this.#sources)
      if (now >= windowEnds && now >= lockedUntil) this.#sources.delete(source);
  }
}
