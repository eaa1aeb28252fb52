// Runs that have begun, for whoever looks on. Under load many begin at once: they are told together.
import type { RunRow } from "./run-row.ts";
import { newestRows, runRow } from "./run-row.ts";
import type { ActiveRun } from "./runs.ts";

const TELL_AFTER_MS = 100;
/** A loaded gateway begins more than anybody can look at. */
const MOST_TOLD = 50;

export interface Begun {
  /** newest first */
  readonly runs: readonly RunRow[];
  /** so many more */
  readonly omitted: number;
}

export class BegunRuns {
  readonly #tell: (begun: Begun) => void;
  #here: ActiveRun[] = [];
  #there: RunRow[] = [];
  #omitted = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(tell: (begun: Begun) => void) {
    this.#tell = tell;
  }

  add(run: ActiveRun): void {
    if (this.#here.length < MOST_TOLD) this.#here.push(run);
    else this.#omitted++;
    this.#tellSoon();
  }

  /** In another process. */
  addThere({ runs, omitted }: Begun): void {
    this.#there.push(...runs);
    this.#omitted += omitted;
    this.#tellSoon();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    [this.#here, this.#there, this.#omitted] = [[], [], 0];
  }

  #tellSoon(): void {
    this.#timer ??= setTimeout(() => this.#flush(), TELL_AFTER_MS).unref();
  }

  #flush(): void {
    const rows = newestRows([...this.#there, ...this.#here.map(runRow)]);
    const omitted = this.#omitted + Math.max(0, rows.length - MOST_TOLD);
    this.stop();
    this.#tell({ runs: rows.slice(0, MOST_TOLD), omitted });
  }
}
