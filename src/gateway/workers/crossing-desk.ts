// What the calls of one worker spend by crossing to metered credentials, counted with those of all others.
import type { Crossings } from "../../access/crossings.ts";
import type { CrossingStep } from "./protocol.ts";

export class CrossingDesk {
  readonly #crossings: Crossings;
  #reserved = 0;

  constructor(crossings: Crossings) {
    this.#crossings = crossings;
  }

  take({ reserved, use, refused }: CrossingStep): void {
    this.#crossings.reserve(reserved);
    this.#reserved += reserved;
    if (use) this.#crossings.settle(0, use);
    if (refused) this.#crossings.refuse();
  }

  /** The worker has died: what its calls spent is not known. */
  leave(): void {
    this.#crossings.settle(this.#reserved);
  }
}
