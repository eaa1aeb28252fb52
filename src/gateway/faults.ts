// What is wrong with a running gateway just now: told once when it begins and once when it ends.
import { messageOf } from "../core/errors.ts";
import type { Log } from "./gateway.ts";

export class Faults {
  readonly #log: Log;
  readonly #now = new Map<string, string>();

  constructor(log: Log) {
    this.#log = log;
  }

  /** One sentence for each fault, for `/readyz`. */
  list(): string[] {
    return [...this.#now.values()];
  }

  /** @param error `undefined` when the part works */
  report(part: string, sentence: string, error: unknown): void {
    const known = this.#now.has(part);
    if (error === undefined) {
      if (known) this.#log.info(`Over: ${sentence}`);
      this.#now.delete(part);
      return;
    }
    if (!known) this.#log.error(error, sentence);
    this.#now.set(part, `${sentence}: ${messageOf(error)}`);
  }
}
