// Receipts on their way to disk: batched, bounded, dropped rather than queued without end.
import type { Receipt, ReceiptStore } from "../core/receipt.ts";

/** A kill loses no more than this of what is worth telling. */
const FLUSH_AFTER_MS = 150;
/** A loaded gateway writes its plain successes this far apart, and only the newest of them. */
const BUSY_FLUSH_AFTER_MS = 2000;
/** That many plain successes in one batch mean load. */
const BUSY_FROM = 100;
const MOST_SUCCESSES = 1000;
const MOST_OTHERS = 5000;

/** Every run leaves one; of plain successes the newest 1,000 are enough. */
export class ReceiptWriter {
  readonly #store: ReceiptStore;
  readonly #report: (error: unknown) => void;
  #successes: (() => Receipt)[] = [];
  #others: Receipt[] = [];
  #busy = false;
  #timer: NodeJS.Timeout | undefined;
  #successTimer: NodeJS.Timeout | undefined;
  #writing: Promise<void> = Promise.resolve();

  /** @param report told how each write went: the error, or `undefined` */
  constructor(store: ReceiptStore, report: (error: unknown) => void) {
    this.#store = store;
    this.#report = report;
  }

  /** @param make builds the receipt of a run that succeeded at once, if it is still among the newest then */
  addSuccess(make: () => Receipt): void {
    if (this.#successes.length >= MOST_SUCCESSES * 2)
      this.#successes = this.#successes.slice(-MOST_SUCCESSES);
    this.#successes.push(make);
    const after = this.#busy ? BUSY_FLUSH_AFTER_MS : FLUSH_AFTER_MS;
    this.#successTimer ??= setTimeout(() => this.#enqueue(this.#takeSuccesses()), after);
  }

  /** A run that rotated, fell back, failed, broke or was left: always written. */
  add(receipt: Receipt): void {
    if (this.#others.length < MOST_OTHERS) this.#others.push(receipt);
    this.#timer ??= setTimeout(() => this.#enqueue(this.#takeOthers()), FLUSH_AFTER_MS);
  }

  flush(): Promise<void> {
    this.#enqueue([...this.#takeSuccesses(), ...this.#takeOthers()].toSorted((a, b) => a.at - b.at));
    return this.#writing;
  }

  #takeSuccesses(): Receipt[] {
    clearTimeout(this.#successTimer);
    this.#successTimer = undefined;
    const newest = this.#successes.slice(-MOST_SUCCESSES);
    this.#successes = [];
    this.#busy = newest.length >= BUSY_FROM;
    return newest.map((make) => make());
  }

  #takeOthers(): Receipt[] {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const others = this.#others;
    this.#others = [];
    return others;
  }

  #enqueue(receipts: readonly Receipt[]): void {
    if (receipts.length === 0) return;
    this.#writing = this.#writing
      .then(() => this.#store.append(receipts))
      .then(() => this.#report(undefined), this.#report);
  }
}
