// Answers of login servers on their way into the store. The token they were given for is spent: until an answer is
// stored, nobody else has it.
import { setTimeout as pause } from "node:timers/promises";
import type { Family, TokenSet } from "../core/family.ts";
import { keeping } from "../core/family.ts";
import type { RefreshToken, Store } from "../store/store.ts";

/** The answer is in hand and the store refuses it: it is tried for this long, and again with the next refresh. */
const COMMIT_WITHIN_MS = 30_000;
const LONGEST_PAUSE_MS = 1000;

export class Answers {
  readonly #store: () => Store;
  readonly #unsaved = new Map<string, TokenSet>();

  constructor(store: () => Store) {
    this.#store = store;
  }

  /** The answer for this token that the store has refused so far. */
  unsaved(token: RefreshToken): TokenSet | undefined {
    return this.#unsaved.get(keyOf(token));
  }

  /** Tries again and again: these tokens are the only ones that are good. @throws AccessError `store_unwritable` */
  async keep(token: RefreshToken, newest: TokenSet): Promise<Family> {
    this.#unsaved.set(keyOf(token), newest);
    const until = performance.now() + COMMIT_WITHIN_MS;
    for (let wait = 10; ; wait = Math.min(wait * 2, LONGEST_PAUSE_MS)) {
      try {
        const family = await this.#store().updateFamily(token, (known) => keeping(known, newest));
        this.#unsaved.delete(keyOf(token));
        return family;
      } catch (error) {
        if (performance.now() > until) throw error;
        await pause(wait);
      }
    }
  }
}

const keyOf = ({ provider, refresh }: RefreshToken): string => `${provider} ${refresh}`;
