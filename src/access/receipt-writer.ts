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

interface Due {
  successes: boolean;
  others: boolean;
}

/** Every run leaves one; of plain successes the newest 1,000 are enough. */
export class ReceiptWriter {
  readonly #store: ReceiptStore;
  readonly #report: (error: unknown) => void;
  #successes: (() => Receipt)[] = [];
  #others: Receipt[] = [];
  #busy = false;
  #timer: NodeJS.Timeout | undefined;
  #successTimer: NodeJS.Timeout | undefined;
  /** what the next write takes along */
  #due: Due = { successes: false, others: false };
  #isWriting = false;
  #written: Promise<void> = Promise.resolve();

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
    this.#successTimer ??= setTimeout(() => void this.#write({ successes: true }), after);
  }

  /** A run that rotated, fell back, failed, broke or was left: always written. */
  add(receipt: Receipt): void {
    if (this.#others.length < MOST_OTHERS) this.#others.push(receipt);
    this.#timer ??= setTimeout(() => void this.#write({ others: true }), FLUSH_AFTER_MS);
  }

  flush(): Promise<void> {
    return this.#write({ successes: true, others: true });
  }

  #takeSuccesses(): Receipt[] {
    clearTimeout(this.#successTimer);
    this.#successTimer = undefined;
    this.#due.successes = false;
    const newest = this.#successes.slice(-MOST_SUCCESSES);
    this.#successes = [];
    this.#busy = newest.length >= BUSY_FROM;
    return newest.map((make) => make());
  }

  #takeOthers(): Receipt[] {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#due.others = false;
    const others = this.#others;
    this.#others = [];
    return others;
  }

  /** One write at a time: what comes meanwhile waits here, where it is bounded, and not behind the store. */
  #write(due: Partial<Due>): Promise<void> {
    this.#due = { ...this.#due, ...due };
    if (!this.#isWriting) this.#written = this.#writeDue();
    return this.#written;
  }

  async #writeDue(): Promise<void> {
    this.#isWriting = true;
    for (;;) {
      const { successes, others } = this.#due;
      const receipts = [...(successes ? this.#takeSuccesses() : []), ...(others ? this.#takeOthers() : [])];
      if (receipts.length === 0) break;
      await this.#store
        .append(receipts.toSorted((a, b) => a.at - b.at))
        .then(() => this.#report(undefined), this.#report);
    }
    this.#isWriting = false;
  }
}
