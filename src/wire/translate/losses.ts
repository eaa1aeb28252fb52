// What a translation leaves out, by name, so that the client can be told.
import type { ModelRequest } from "./neutral.ts";

export class Losses {
  readonly #names: Set<string>;

  constructor({ dropped }: Pick<ModelRequest, "dropped">) {
    this.#names = new Set(dropped);
  }

  /** Notes `name` when there is a value that is lost. */
  drop(name: string, value: unknown): void {
    if (value !== undefined) this.#names.add(name);
  }

  get names(): readonly string[] {
    return [...this.#names];
  }
}
