// What is wrong with a running gateway just now: told once when it begins and once when it ends.
import { messageOf } from "../core/errors.ts";
import type { Log } from "./gateway.ts";

export class Faults {
  readonly #log: Log;
  readonly #now = new Map<string, string>();
  readonly #notes = new Map<string, string>();

  constructor(log: Log) {
    this.#log = log;
  }

  /** One sentence for each fault, for `/readyz`. */
  list(): string[] {
    return [...this.#now.values()];
  }

  /** As `report`, for what keeps no call from being served. Told again when it is another error. */
  note(part: string, sentence: string, error: unknown): void {
    const known = this.#notes.get(part);
    if (error === undefined) {
      if (known !== undefined) this.#log.info(`Over: ${sentence}`);
      this.#notes.delete(part);
      return;
    }
    const text = messageOf(error);
    if (known !== text) this.#log.error(error, sentence);
    this.#notes.set(part, text);
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
