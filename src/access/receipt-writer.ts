// Receipts on their way to disk: batched, bounded, dropped rather than queued without end.
import type { Receipt, ReceiptStore } from "../core/receipt.ts";

const FLUSH_AFTER_MS = 200;
/** Plain successes of one batch that are kept; a loaded gateway makes more than anyone reads. */
const MOST_SUCCESSES = 1000;
const MOST_OTHERS = 5000;

/** Every run leaves one; failures and rotations go before plain successes when there are too many. */
export class ReceiptWriter {
  readonly #store: ReceiptStore;
  readonly #onError: (error: unknown) => void;
  #successes: (() => Receipt)[] = [];
  #others: Receipt[] = [];
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> = Promise.resolve();

  constructor(store: ReceiptStore, onError: (error: unknown) => void) {
    this.#store = store;
    this.#onError = onError;
  }

  /** @param make builds the receipt of a run that succeeded at once, if it is still wanted at the next batch */
  addSuccess(make: () => Receipt): void {
    if (this.#successes.length >= MOST_SUCCESSES * 2)
      this.#successes = this.#successes.slice(-MOST_SUCCESSES);
    this.#successes.push(make);
    this.#schedule();
  }

  add(receipt: Receipt): void {
    if (this.#others.length < MOST_OTHERS) this.#others.push(receipt);
    this.#schedule();
  }

  flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#writing = this.#writing.then(() => this.#write());
    return this.#writing;
  }

  #schedule(): void {
    this.#timer ??= setTimeout(() => void this.flush(), FLUSH_AFTER_MS);
  }

  async #write(): Promise<void> {
    const batch = [...this.#successes.slice(-MOST_SUCCESSES).map((make) => make()), ...this.#others];
    this.#successes = [];
    this.#others = [];
    if (batch.length === 0) return;
    try {
      await this.#store.append(batch.sort((a, b) => a.at - b.at));
    } catch (error) {
      this.#onError(error);
    }
  }
}
