// Client keys as the gateway has them in memory: found by digest, counted as calls come and go, written behind.
import { hash } from "node:crypto";
import type { GatewayKeyStore } from "../store/client-keys.ts";
import { LiveKey } from "./live-key.ts";

/** A kill loses no more than this of what keys have used. */
const FLUSH_AFTER_MS = 200;

export class LiveKeys {
  readonly #store: GatewayKeyStore;
  readonly #report: (part: "read" | "write", error: unknown) => void;
  #byDigest = new Map<string, LiveKey>();
  #dirty = new Set<LiveKey>();
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> = Promise.resolve();
  #reading: Promise<void> | undefined;
  #told: void | Promise<void> = undefined;

  /** @param report told how each reading and writing went: the error, or `undefined` */
  constructor(store: GatewayKeyStore, report: (part: "read" | "write", error: unknown) => void) {
    this.#store = store;
    this.#report = report;
  }

  /** The key with this text, be it good or not. A look-up by digest tells nothing of where two texts differ. */
  find(text: string): LiveKey | undefined {
    return this.#byDigest.size === 0 ? undefined : this.#byDigest.get(hash("sha256", text, "base64url"));
  }

  byDigest(digest: string): LiveKey | undefined {
    return this.#byDigest.get(digest);
  }

  /** Told whenever keys were read; whoever asked for that waits for it. Never rejects. */
  onRead: (() => void | Promise<void>) | undefined;

  all(): Iterable<LiveKey> {
    return this.#byDigest.values();
  }

  /** Reads the keys now, and again whenever they change. Returns the way to stop. */
  async start(): Promise<() => void> {
    const stop = this.#store.watch(() => void this.reload());
    await this.reload();
    return stop;
  }

  /** Resolves once they are in use everywhere. Never rejects: while keys cannot be read, the last good ones hold. */
  async reload(): Promise<void> {
    const before = this.#reading;
    const mine = (before ?? Promise.resolve()).then(() => this.#read());
    this.#reading = mine;
    await mine;
    // A worker that is slow to hear of it holds up no later reading.
    await this.#told;
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
      this.#told = this.onRead?.();
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
