// Client keys as the gateway has them in memory: found by digest, counted as calls come and go, written behind.
import { hash } from "node:crypto";
import type { ClientKey } from "../core/client-key.ts";
import type { Counted, KeyUse, LimitHit } from "../core/key-use.ts";
import {
  addUse,
  dayEnds,
  dayOf,
  limitHit,
  MinuteSum,
  monthEnds,
  monthOf,
  NO_USE,
  tokensOf,
} from "../core/key-use.ts";
import type { GatewayKeyStore, KeyUsage, KeyUseChange } from "../store/client-keys.ts";

/** A kill loses no more than this of what keys have used. */
const FLUSH_AFTER_MS = 200;

const A_REQUEST: KeyUse = { ...NO_USE, requests: 1 };

export class LiveKey {
  key: ClientKey;
  readonly #dirty: (key: LiveKey) => void;
  readonly #requests = new MinuteSum();
  readonly #tokens = new MinuteSum();
  #reserved = 0;
  #stored: KeyUsage | undefined;
  /** what is not written yet, by day */
  #unwritten = new Map<string, KeyUse>();
  #lastUsedAt = 0;
  #day: KeyUse = NO_USE;
  #month: KeyUse = NO_USE;
  #dayName = "";
  #dayEnds = 0;
  #monthEnds = 0;

  constructor(key: ClientKey, stored: KeyUsage | undefined, dirty: (key: LiveKey) => void) {
    this.key = key;
    this.#stored = stored;
    this.#dirty = dirty;
  }

  /** The limit that keeps a call away now; when there is none, the call is counted. */
  begin(now: number): LimitHit | undefined {
    this.#turnPages(now);
    const hit = limitHit(this.key.limits, this.#counted(), now);
    if (hit) return hit;
    if (this.key.limits.requestsPerMinute !== undefined) this.#requests.add(1, now);
    this.#add(A_REQUEST, now);
    return undefined;
  }

  /** Tokens of a call under way, until it is known how many there were. */
  reserve(tokens: number): void {
    this.#reserved += tokens;
  }

  /** A call has ended: what it used takes the place of what was set aside for it. */
  settle(reserved: number, use: KeyUse, now: number): void {
    this.#reserved -= reserved;
    this.#turnPages(now);
    if (this.key.limits.tokensPerMinute !== undefined) this.#tokens.add(tokensOf(use), now);
    this.#add(use, now);
  }

  /** What is to be written; it counts as written until `takeBack`. */
  take(): KeyUseChange[] {
    const changes = [...this.#unwritten].map(([day, use]) => ({
      id: this.key.id,
      day,
      use,
      lastUsedAt: this.#lastUsedAt,
    }));
    this.#unwritten = new Map();
    return changes;
  }

  takeBack({ day, use }: KeyUseChange): void {
    this.#unwritten.set(day, addUse(this.#unwritten.get(day) ?? NO_USE, use));
  }

  /** What is recorded by all processes; our own unwritten use comes on top of it. */
  adopt(stored: KeyUsage): void {
    this.#stored = stored;
    this.#dayEnds = 0;
  }

  get usage(): { readonly day: KeyUse; readonly month: KeyUse } {
    return { day: this.#day, month: this.#month };
  }

  #counted(): Counted {
    return {
      requests: this.#requests,
      tokens: this.#tokens,
      reserved: this.#reserved,
      day: this.#day,
      month: this.#month,
    };
  }

  #add(use: KeyUse, now: number): void {
    this.#day = addUse(this.#day, use);
    this.#month = addUse(this.#month, use);
    this.#unwritten.set(this.#dayName, addUse(this.#unwritten.get(this.#dayName) ?? NO_USE, use));
    this.#lastUsedAt = Math.max(this.#lastUsedAt, now);
    this.#dirty(this);
  }

  /** Another day or month, or news of what is recorded: the sums are made anew. */
  #turnPages(now: number): void {
    if (now < this.#dayEnds && now < this.#monthEnds && now >= this.#dayEnds - DAY_MS) return;
    const month = monthOf(now);
    this.#dayName = dayOf(now);
    this.#dayEnds = dayEnds(now);
    this.#monthEnds = monthEnds(now);
    const stored = (period: string) => this.#stored?.periods.get(period) ?? NO_USE;
    this.#day = addUse(stored(this.#dayName), this.#unwritten.get(this.#dayName) ?? NO_USE);
    const ofMonth = [...this.#unwritten].filter(([day]) => day.startsWith(month));
    this.#month = ofMonth.reduce((sum, [, use]) => addUse(sum, use), stored(month));
  }
}

const DAY_MS = 24 * 3600 * 1000;

export class LiveKeys {
  readonly #store: GatewayKeyStore;
  readonly #report: (part: "read" | "write", error: unknown) => void;
  #byDigest = new Map<string, LiveKey>();
  #dirty = new Set<LiveKey>();
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> = Promise.resolve();
  #reading: Promise<void> | undefined;

  /** @param report told how each reading and writing went: the error, or `undefined` */
  constructor(store: GatewayKeyStore, report: (part: "read" | "write", error: unknown) => void) {
    this.#store = store;
    this.#report = report;
  }

  /** The key with this text, be it good or not. A look-up by digest tells nothing of where two texts differ. */
  find(text: string): LiveKey | undefined {
    return this.#byDigest.size === 0 ? undefined : this.#byDigest.get(hash("sha256", text, "base64url"));
  }

  all(): Iterable<LiveKey> {
    return this.#byDigest.values();
  }

  /** Reads the keys now, and again whenever they change. Returns the way to stop. */
  async start(): Promise<() => void> {
    const stop = this.#store.watch(() => void this.reload());
    await this.reload();
    return stop;
  }

  /** Never rejects: while keys cannot be read, the last good ones hold. */
  async reload(): Promise<void> {
    const before = this.#reading;
    const mine = (before ?? Promise.resolve()).then(() => this.#read());
    this.#reading = mine;
    await mine;
  }

  /** Writes what is unwritten. */
  flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const dirty = this.#dirty;
    this.#dirty = new Set();
    if (dirty.size > 0) this.#writing = this.#writing.then(() => this.#write(dirty));
    return this.#writing;
  }

  async #read(): Promise<void> {
    try {
      const [keys, usage] = await Promise.all([this.#store.keys(), this.#store.usage()]);
      const known = new Map([...this.#byDigest.values()].map((live) => [live.key.id, live]));
      const fresh = keys.map((key) => {
        const live = known.get(key.id) ?? new LiveKey(key, usage.get(key.id), this.#soon);
        live.key = key;
        return [key.digest, live] as const;
      });
      this.#byDigest = new Map(fresh);
      this.#report("read", undefined);
    } catch (error) {
      this.#report("read", error);
    }
  }

  readonly #soon = (live: LiveKey): void => {
    this.#dirty.add(live);
    this.#timer ??= setTimeout(() => void this.flush(), FLUSH_AFTER_MS);
  };

  async #write(dirty: ReadonlySet<LiveKey>): Promise<void> {
    const taken = [...dirty].map((live) => [live, live.take()] as const);
    try {
      const stored = await this.#store.addUse(taken.flatMap(([, changes]) => changes));
      for (const [live] of taken) {
        const usage = stored.get(live.key.id);
        if (usage) live.adopt(usage);
      }
      this.#report("write", undefined);
    } catch (error) {
      for (const [live, changes] of taken) {
        for (const change of changes) live.takeBack(change);
        this.#soon(live);
      }
      this.#report("write", error);
    }
  }
}
