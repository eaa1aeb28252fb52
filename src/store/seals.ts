// Which databases of a store are sealed, and the codec for those. What it takes is loaded when one is met.
import type { DatabaseSync } from "node:sqlite";
import type { AgentId } from "../core/ids.ts";
import { MAIN_AGENT } from "../core/ids.ts";
import type { Codec, Opening } from "./codec.ts";
import { isSealed, NotReady, setCodec } from "./codec.ts";
import { isDamage } from "./faults.ts";
import type { GenerationKey } from "./generation.ts";
import { readDatabase } from "./read-database.ts";
import { ensureSchema, tablesOf } from "./schema.ts";
import type { SealHeader } from "./seal/header.ts";
import type { SealPlaces } from "./seal/places.ts";
import type { Sealing } from "./seal/sealing.ts";

export interface SealsOptions {
  readonly places: () => SealPlaces;
  readonly mainFile: () => string;
  readonly installKey: () => GenerationKey;
}

export class Seals {
  readonly #options: SealsOptions;
  #sealing: Sealing | undefined;
  /** Connections to databases of which it was seen whether they are new. */
  readonly #begun = new WeakSet<DatabaseSync>();

  constructor(options: SealsOptions) {
    this.#options = options;
  }

  /**
   * What the rows of a database go through from here on, if it is sealed.
   *
   * @throws NotReady
   */
  codecIn(db: DatabaseSync, opening: Opening): Codec | undefined {
    const sealed = isSealed(db);
    const codec = sealed ? this.#loaded().codec(db, opening, this.#options.installKey()) : undefined;
    setCodec(db, codec);
    return codec;
  }

  /**
   * Where main's store is sealed, the stores of agents that come later are: inside their first transaction.
   *
   * @throws NotReady
   */
  begin(db: DatabaseSync, agent: AgentId, now: number): void {
    if (agent === MAIN_AGENT || this.#begun.has(db)) return;
    if (tablesOf(db).size === 0) this.#sealAsMain(db, agent, now);
    this.#begun.add(db);
  }

  #sealAsMain(db: DatabaseSync, agent: AgentId, now: number): void {
    const read = (main: DatabaseSync) => (isSealed(main) ? this.#loaded().headerOf(main) : undefined);
    let header: SealHeader | undefined;
    try {
      header = readDatabase(this.#options.mainFile(), read);
    } catch (error) {
      // What is no database says nothing of seals; a fault in main's store must not cost another agent its own.
      if (!isDamage(error)) throw error;
    }
    if (!header) return;
    ensureSchema(db, agent, now);
    this.#loaded().begin(db, agent, header, now);
  }

  /** @throws NotReady */
  #loaded(): Sealing {
    if (this.#sealing) return this.#sealing;
    throw new NotReady(async () => {
      const { Sealing } = await import("./seal/sealing.ts");
      this.#sealing ??= new Sealing(this.#options.places);
    });
  }
}
