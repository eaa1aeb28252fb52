// One client request, from plan to answer: attempt, judge, settle, decide, wait. The loop knows no HTTP server.
import type { RotationBudget } from "../core/failover.ts";
import type { Failure } from "../core/failure/failure.ts";
import type { LeftOut } from "../core/plan/explain.ts";
import type { Attempt, PlanRequest } from "../core/plan/walk.ts";
import type { AttemptRecord } from "../core/receipt.ts";
import type { Usage } from "../wire/wire.ts";
import type { Outcome } from "./exchange.ts";
import type { LiveAgent } from "./live-agent.ts";
import type { LiveAgents } from "./live-agents.ts";
import { RunAttempts } from "./run-attempts.ts";
import { RunProgress } from "./run-progress.ts";
import type { Sink } from "./sink.ts";

export interface Run {
  readonly live: LiveAgent;
  readonly request: PlanRequest;
  readonly sink: Sink;
  /** ms since epoch */
  readonly startedAt: number;
  /** How long the call may wait for a cooling credential, ms. */
  readonly patienceMs: number;
  /** How long the client waits for its answer, all in all, ms; for good unless given. */
  readonly clientMs?: number;
  /** How long it is held back while another call tests a credential whose bar has ended, ms; as long unless given. */
  readonly testPatienceMs?: number;
  /**
   * Sends one attempt. It throws what cannot be sent at all; its promise never rejects.
   *
   * @param again the same attempt, after a connection that was dead before use
   */
  readonly send: (attempt: Attempt, again: boolean) => Promise<Outcome>;
  /**
   * Makes a login ready that cannot be sent as it is; nothing when there is nothing to do, as nearly always.
   * Afterwards the plan is asked again, unless it says why it failed.
   *
   * @param decidedAt ms since epoch: what the choice took for now
   */
  readonly ready?: (attempt: Attempt, decidedAt: number) => Promise<Failure | undefined> | undefined;
}

export interface RunContext {
  readonly agents: LiveAgents;
  readonly rotations: () => RotationBudget;
  readonly now: () => number;
}

export type RunResult = Ending & {
  readonly attempts: readonly AttemptRecord[];
  readonly waitedMs: number;
};

type Ending =
  | {
      readonly kind: "answered";
      readonly attempt: Attempt;
      readonly status: number;
      readonly usage: Usage | undefined;
    }
  /** The client left. */
  | { readonly kind: "aborted" }
  /** The answer broke after the client had seen part of it. */
  | { readonly kind: "cut"; readonly failure: Failure }
  /** `failure`: of the last attempt; absent when nothing could be tried. */
  | { readonly kind: "exhausted"; readonly failure?: Failure; readonly leftOut: readonly LeftOut[] };

/**
 * Runs until there is an answer, a fault of the request, or nothing left to try.
 *
 * @throws whatever `send` throws for a request that cannot be encoded at all
 */
export async function run(order: Run, context: RunContext): Promise<RunResult> {
  const attempts = new RunAttempts(order, context);
  const progress = new RunProgress(order, context);
  const ended = (end: Ending): RunResult => ({
    ...end,
    attempts: attempts.records,
    waitedMs: progress.waitedMs,
  });
  for (;;) {
    if (order.sink.gone) return ended({ kind: "aborted" });
    const attempt = progress.next();
    if (!attempt) {
      if (await progress.waitForChance()) continue;
      return ended(exhausted(progress));
    }
    const waiting = order.ready?.(attempt, progress.decidedAt);
    const fault = waiting && (await waiting);
    if (waiting && !fault) continue;
    const again = progress.isAgain(attempt);
    const outcome = fault ? attempts.unready(attempt, fault, again) : await attempts.make(attempt, again);
    if (outcome.kind === "aborted") return ended({ kind: "aborted" });
    if (outcome.kind === "answered") return ended({ ...outcome, attempt });
    if (outcome.visible) return ended({ kind: "cut", failure: outcome.failure });
    if (!progress.goesOnAfter(attempt, outcome.failure)) return ended(exhausted(progress));
    await progress.backOff(attempt, outcome.failure);
  }
}

function exhausted(progress: RunProgress): Ending {
  const { lastFailure } = progress;
  return { kind: "exhausted", leftOut: progress.leftOut(), ...(lastFailure ? { failure: lastFailure } : {}) };
}
