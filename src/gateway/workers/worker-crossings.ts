// What crossings have cost, in a worker: the primary counts and keeps them, so that a budget is one for all.
import { Crossings } from "../../access/crossings.ts";
import type { KeyUse } from "../../core/key-use.ts";
import { addUse, dayEnds, NO_USE } from "../../core/key-use.ts";
import type { Crossed, CrossingStep } from "./protocol.ts";

const NOBODYS = { usage: async () => new Map(), addUse: async () => new Map() };

export class WorkerCrossings extends Crossings {
  readonly #tell: (step: CrossingStep) => void;
  #today: KeyUse = NO_USE;
  #dayEnds = 0;
  #reservedByAll = 0;

  constructor(tell: (step: CrossingStep) => void, crossed: Crossed) {
    super(NOBODYS, Date.now, () => undefined);
    this.#tell = tell;
    this.hear(crossed);
  }

  /** What all have spent; what was told before is in it. */
  hear({ today, until, reserved }: Crossed): void {
    this.#today = today;
    this.#dayEnds = until;
    this.#setAside(reserved - this.#reservedByAll);
  }

  override today(): KeyUse {
    return dayEnds(Date.now()) === this.#dayEnds ? this.#today : NO_USE;
  }

  override reserve(nanoDollars: number): void {
    this.#setAside(nanoDollars);
    this.#tell({ reserved: nanoDollars });
  }

  override settle(reserved: number, use?: KeyUse): void {
    if (reserved === 0 && !use) return;
    this.#setAside(-reserved);
    if (use) {
      this.#today = addUse(this.today(), use);
      this.#dayEnds = dayEnds(Date.now());
    }
    this.#tell({ reserved: -reserved, use });
  }

  override refuse(): void {
    this.#tell({ reserved: 0, refused: true });
  }

  #setAside(nanoDollars: number): void {
    this.#reservedByAll += nanoDollars;
    super.reserve(nanoDollars);
  }
}
