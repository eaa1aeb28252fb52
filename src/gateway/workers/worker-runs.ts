// Runs of a worker, for whoever looks on at its primary.
import type { Begun } from "../runs/begun-runs.ts";
import { BegunRuns } from "../runs/begun-runs.ts";
import type { RunRow } from "../runs/run-row.ts";
import type { ActiveRun, Ending, Runs, RunWatcher } from "../runs/runs.ts";
import type { WorkerTalks } from "./worker-talks.ts";

/** What a worker is asked of its runs. */
export interface RunAsks {
  runs: { ask: null; answer: readonly RunRow[] };
  /** Those that are ended by it are answered. */
  abortRuns: { ask: { runIds: readonly string[]; reason: string }; answer: readonly string[] };
  /** Told ahead of the news that it may be part of. */
  end: { ask: Ending; answer: readonly string[] };
}

export class WorkerRuns implements RunWatcher {
  readonly #runs: Runs;
  readonly #talks: WorkerTalks;
  readonly #begun: BegunRuns;

  constructor(runs: Runs, talks: WorkerTalks, tell: (begun: Begun) => void) {
    this.#runs = runs;
    this.#talks = talks;
    this.#begun = new BegunRuns(tell);
  }

  watch(isWatched: boolean): void {
    this.#runs.watcher = isWatched ? this : undefined;
    if (!isWatched) this.#begun.stop();
  }

  began(run: ActiveRun): void {
    this.#begun.add(run);
  }

  /** Their receipts tell. */
  ended(): void {}

  readonly asks = {
    runs: (): Promise<readonly RunRow[]> => this.#runs.rows(),
    abortRuns: ({ runIds, reason }: RunAsks["abortRuns"]["ask"]) => this.#runs.abort(runIds, reason),
    end: (ending: Ending): Promise<readonly string[]> => {
      const ended = this.#runs.end(ending);
      this.#talks.tellRevoked();
      return ended;
    },
  };
}
