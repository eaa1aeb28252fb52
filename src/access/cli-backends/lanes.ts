// Who may run beside whom: so many programs at once, and of one lane one after the other.

/** Ends a stay; safe to call twice. */
export type Leave = () => void;

interface Waiting {
  readonly lane: string | undefined;
  readonly enter: (leave: Leave | undefined) => void;
}

const MOST_WAITING = 256;

export class Lanes {
  readonly #most: () => number;
  readonly #busy = new Set<string>();
  #running = 0;
  #waiting: Waiting[] = [];

  /** @param most programs at once, as the settings have it now */
  constructor(most: () => number) {
    this.#most = most;
  }

  /** Never rejects. `undefined`: it took longer than `waitMs`, was aborted, or too many wait already. */
  enter(lane: string | undefined, waitMs: number, signal: AbortSignal): Promise<Leave | undefined> {
    if (signal.aborted) return Promise.resolve(undefined);
    if (this.#isFree(lane)) return Promise.resolve(this.#take(lane));
    if (this.#waiting.length >= MOST_WAITING) return Promise.resolve(undefined);
    return new Promise((resolve) => {
      const enter = (leave: Leave | undefined) => {
        clearTimeout(timer);
        signal.removeEventListener("abort", giveUp);
        resolve(leave);
      };
      const waiting: Waiting = { lane, enter };
      const giveUp = () => {
        this.#waiting = this.#waiting.filter((each) => each !== waiting);
        enter(undefined);
      };
      const timer = setTimeout(giveUp, waitMs);
      signal.addEventListener("abort", giveUp, { once: true });
      this.#waiting.push(waiting);
    });
  }

  #isFree(lane: string | undefined): boolean {
    return this.#running < this.#most() && (lane === undefined || !this.#busy.has(lane));
  }

  #take(lane: string | undefined): Leave {
    this.#running++;
    if (lane !== undefined) this.#busy.add(lane);
    let gone = false;
    return () => {
      if (gone) return;
      gone = true;
      this.#running--;
      if (lane !== undefined) this.#busy.delete(lane);
      this.#next();
    };
  }

  #next(): void {
    const at = this.#waiting.findIndex(({ lane }) => this.#isFree(lane));
    if (at === -1) return;
    const [first] = this.#waiting.splice(at, 1);
    first!.enter(this.#take(first!.lane));
    this.#next();
  }
}
