// How long a run may wait, and how it does: two budgets, news of the credentials, a client that may leave.
import { setTimeout as sleep } from "node:timers/promises";
import type { Run } from "./run.ts";

/** For the same credential again, or for the next one to be free: neither uses up the other's time. */
export type WaitsFor = "same" | "next";

/** Longest wait for the same credential again; whoever has to wait longer waits for the end of its bar. */
const MOST_SAME_MS = 10_000;
/** That many waiting for one end are a crowd. */
const CROWD = 8;
/** A crowd comes back one in this time. */
const SPREAD_MS = 10;
const MOST_SPREAD_MS = 1000;

type Waiting = Pick<Run, "live" | "sink" | "startedAt" | "patienceMs" | "clientMs">;

export class RunPatience {
  readonly #order: Waiting;
  readonly #now: () => number;
  #sameMs = 0;
  #nextMs = 0;

  constructor(order: Waiting, now: () => number) {
    this.#order = order;
    this.#now = now;
  }

  /** All in all. */
  get waitedMs(): number {
    return this.#sameMs + this.#nextMs;
  }

  /** ms; what is left of a budget, and of the client's time. */
  left(what: WaitsFor): number {
    const { patienceMs, clientMs = Infinity, startedAt } = this.#order;
    const left =
      what === "same" ? Math.min(patienceMs, MOST_SAME_MS) - this.#sameMs : patienceMs - this.#nextMs;
    return Math.min(left, clientMs - (this.#now() - startedAt));
  }

  /**
   * Waits for a bar's end or the outcome of another call's test. Many may wait for one end: a crowd comes back spread
   * over a moment, whoever is alone at once.
   */
  async untilFree(ms: number, tested: boolean): Promise<void> {
    const { live, sink } = this.#order;
    const others = live.waiting;
    const spreadMs = Math.min(others * SPREAD_MS, MOST_SPREAD_MS) * Math.random();
    await this.wait(tested ? ms : ms + Math.min(spreadMs, ms / 10), "next");
    if (tested && others >= CROWD && !sink.gone) await this.wait(spreadMs, "next", true);
  }

  /**
   * Sleeps, but not through the client's leaving or news about the agent's credentials.
   *
   * @param deaf through news as well
   */
  async wait(ms: number, what: WaitsFor, deaf = false): Promise<void> {
    const begun = this.#now();
    const { sink, live } = this.#order;
    const left = new AbortController();
    sink.onGone = () => left.abort();
    const whole = Math.max(1, ms);
    await (deaf
      ? sleep(whole, undefined, left).catch(() => undefined)
      : live.changeWithin(whole, left.signal));
    sink.onGone = undefined;
    const waitedMs = this.#now() - begun;
    if (what === "same") this.#sameMs += waitedMs;
    else this.#nextMs += waitedMs;
  }
}
