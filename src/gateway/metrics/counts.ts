// What the gateway counts while it serves, in plain numbers: nothing is looked up by its label on the way of a call.
// `GET /metrics` reads them.
import { monitorEventLoopDelay } from "node:perf_hooks";
import type { Renewer } from "../../access/codex-refresh.ts";
import type { RunResult } from "../../access/run.ts";
import type { ModelRef } from "../../core/model-ref.ts";
import { formatModelRef } from "../../core/model-ref.ts";
import type { AttemptRecord, Receipt } from "../../core/receipt.ts";
import { EventLoop } from "./event-loop.ts";

type LoopDelay = ReturnType<typeof monitorEventLoopDelay>;

/** Upper ends, seconds. */
export const DURATION_BUCKETS = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300] as const;

export interface ModelCounts {
  readonly provider: string;
  readonly model: string;
  ok: number;
  failed: number;
  aborted: number;
  cut: number;
  attemptsOk: number;
  /** upstream calls that failed, by kind */
  readonly attemptsFailed: Map<string, number>;
  /** calls that went on elsewhere, by why */
  readonly failovers: Map<string, number>;
  inputTokens: number;
  outputTokens: number;
  /** runs in each bucket and beyond the last */
  readonly durations: number[];
  durationMs: number;
}

/** How often the event loop's delay is taken. */
export const LOOK_EVERY_MS = 10;

/** Clients may name any model of a provider. */
const MOST_MODELS = 500;
const OTHER: ModelRef = { provider: "other", model: "other" };

const OUTCOME = {
  answered: "ok",
  aborted: "aborted",
  cut: "cut",
  exhausted: "failed",
} as const satisfies Record<RunResult["kind"], Receipt["outcome"]>;

export class Counts {
  /** The same few references come again and again. */
  readonly #byRef = new WeakMap<ModelRef, ModelCounts>();
  readonly #byName = new Map<string, ModelCounts>();
  /** `provider outcome` → refreshes */
  readonly #refreshes = new Map<string, number>();
  readonly #seen = new WeakSet<Promise<unknown>>();
  #delay: LoopDelay | undefined;
  #loop: EventLoop | undefined;

  /** A run is over: counted for the model that answered, else for the one that was asked for. */
  add(wanted: ModelRef, result: RunResult, durationMs: number): void {
    const answered = result.kind === "answered";
    const counts = this.#of(answered ? result.attempt.ref : wanted);
    counts[OUTCOME[result.kind]]++;
    counts.durationMs += durationMs;
    let bucket = 0;
    while (bucket < DURATION_BUCKETS.length && DURATION_BUCKETS[bucket]! * 1000 < durationMs) bucket++;
    counts.durations[bucket]!++;
    if (answered && result.usage) {
      counts.inputTokens += result.usage.inputTokens;
      counts.outputTokens += result.usage.outputTokens;
    }
    if (answered && result.attempts.length === 1) counts.attemptsOk++;
    else this.#addAttempts(result.attempts);
  }

  #addAttempts(attempts: readonly AttemptRecord[]): void {
    for (const [i, { model, outcome, kind }] of attempts.entries()) {
      const slash = model.indexOf("/");
      const counts = this.#named(model, { provider: model.slice(0, slash), model: model.slice(slash + 1) });
      if (outcome === "ok") counts.attemptsOk++;
      if (outcome === "ok" || outcome === "aborted") continue;
      step(counts.attemptsFailed, kind ?? "unknown");
      if (i < attempts.length - 1) step(counts.failovers, kind ?? "unknown");
    }
  }

  #of(ref: ModelRef): ModelCounts {
    const known = this.#byRef.get(ref);
    if (known) return known;
    const counts = this.#named(formatModelRef(ref), ref);
    this.#byRef.set(ref, counts);
    return counts;
  }

  #named(name: string, ref: ModelRef): ModelCounts {
    const known = this.#byName.get(name);
    if (known) return known;
    if (this.#byName.size >= MOST_MODELS && ref !== OTHER) return this.#named(formatModelRef(OTHER), OTHER);
    const counts = { ...newCounts(), provider: ref.provider, model: ref.model };
    this.#byName.set(name, counts);
    return counts;
  }

  /** `renewer`, with every refresh counted once, however many wait for it. */
  counted(renewer: Renewer): Renewer {
    return {
      refresh: (profile) => {
        const flight = renewer.refresh(profile);
        if (this.#seen.has(flight)) return flight;
        this.#seen.add(flight);
        flight.then(
          ({ kind }) => step(this.#refreshes, `${profile.provider} ${kind}`),
          () => step(this.#refreshes, `${profile.provider} failed`),
        );
        return flight;
      },
    };
  }

  models(): Iterable<ModelCounts> {
    return this.#byName.values();
  }

  refreshes(): { provider: string; outcome: string; count: number }[] {
    return [...this.#refreshes].map(([name, count]) => {
      const [provider = "", outcome = ""] = name.split(" ");
      return { provider, outcome, count };
    });
  }

  /** Since it was last asked for. */
  eventLoop(): ReturnType<EventLoop["read"]> {
    if (!this.#loop) {
      this.#loop = new EventLoop();
      this.#loop.start();
    }
    return this.#loop.read();
  }

  /** Measured since somebody first asked: a gateway that nobody watches is not woken for it. */
  eventLoopDelay(): LoopDelay {
    if (this.#delay) return this.#delay;
    this.#delay = monitorEventLoopDelay({ resolution: LOOK_EVERY_MS });
    this.#delay.enable();
    return this.#delay;
  }
}

const newCounts = () => ({
  ok: 0,
  failed: 0,
  aborted: 0,
  cut: 0,
  attemptsOk: 0,
  attemptsFailed: new Map<string, number>(),
  failovers: new Map<string, number>(),
  inputTokens: 0,
  outputTokens: 0,
  durations: DURATION_BUCKETS.map(() => 0).concat(0),
  durationMs: 0,
});

function step(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}
