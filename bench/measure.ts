// The shape of a measure. One file per measure in `measures/`, listed in `run.ts`.
import type { Subject, Upstream } from "./contestants.ts";
import type { Load } from "./load.ts";
import type { Table } from "./table.ts";

export interface Bench {
  readonly upstream: Upstream;
  readonly load: Load;
  /** Those that can run here, `direct` among them. */
  readonly subjects: readonly Subject[];
  readonly rounds: number;
  /** Shorter phases: a smoke test, not a measurement. */
  readonly quick: boolean;
  /** One line on what is being done, for the person who waits. */
  readonly progress: (text: string) => void;
}

export type Measure = (bench: Bench) => Promise<Table[]>;
