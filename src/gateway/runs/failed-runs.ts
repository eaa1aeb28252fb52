// Runs without an answer, in the log: each kind at once, and not again for a while, with how many there were.
import type { RunResult } from "../../access/run.ts";
import { formatModelRef } from "../../core/model-ref.ts";
import { firstRecovery } from "../../core/recovery.ts";
import { attemptWords, leftOutWords, named } from "../calls/failure-words.ts";
import type { Log } from "../gateway.ts";
import type { Served } from "../calls/served.ts";

export type FailedResult = RunResult & { readonly kind: "cut" | "exhausted" };

const QUIET_MS = 10_000;
/** Clients may name any model. */
const MOST_KINDS = 200;

/** A provider that is down fails thousands of calls: one line says so. */
export class FailedRuns {
  readonly #log: Log;
  readonly #told = new Map<string, { at: number; since: number }>();

  constructor(log: Log) {
    this.#log = log;
  }

  add(served: Served, result: FailedResult, status: number, now: number): void {
    // A request that no provider takes is its client's matter.
    if (result.failure?.scope === "request") return;
    const kind = `${formatModelRef(served.plan.models[0]!)} ${result.kind} ${status}`;
    const known = this.#told.get(kind);
    if (known && now - known.at < QUIET_MS) {
      known.since += 1;
      return;
    }
    if (!known && this.#told.size >= MOST_KINDS) this.#told.delete(this.#told.keys().next().value!);
    this.#told.set(kind, { at: now, since: 0 });
    this.#log.warn(
      lineOf(served, result, status, now) + (known?.since ? ` (${known.since} more like it before)` : ""),
    );
  }
}

function lineOf(served: Served, result: FailedResult, status: number, now: number): string {
  const { runId, requested, startedAt, plan } = served;
  const { attempts } = result;
  const what = result.kind === "cut" ? "broke off" : "failed";
  const calls = attempts.map((attempt) => {
    const words = attempt.message === undefined ? "" : `: ${attempt.message.slice(0, 200)}`;
    return `${attemptWords(attempt)}${words}`;
  });
  const leftOut = result.kind === "cut" ? [] : result.leftOut;
  const tried =
    calls.length > 0
      ? named(calls)
      : `nothing could be tried: ${named(leftOut.map((one) => leftOutWords(one, now)))}`;
  const first = firstRecovery(leftOut);
  const recovery = first
    ? `; first free again: ${first.profileId} at ${new Date(first.at).toISOString()}`
    : "";
  const models = plan.models.map(formatModelRef).join(", ");
  return `Run ${runId} of ${requested.slice(0, 200)} (${models}) ${what} with HTTP ${status} after ${now - startedAt} ms; ${tried}${recovery}`;
}
