// The list of models that each conversation saw last. A number means what stood there then, also when the list has
// changed meanwhile; after a new start of the gateway it means what stands there now.
import type { ModelRef } from "../../core/model-ref.ts";

const MOST_CONVERSATIONS = 200;

export class ShownLists {
  readonly #lists = new Map<string, readonly ModelRef[]>();

  /** @param key of the conversation */
  show(key: string, refs: readonly ModelRef[]): void {
    this.#lists.delete(key);
    this.#lists.set(key, refs);
    const [oldest] = this.#lists.keys();
    if (this.#lists.size > MOST_CONVERSATIONS) this.#lists.delete(oldest!);
  }

  last(key: string): readonly ModelRef[] | undefined {
    return this.#lists.get(key);
  }
}
