// The attempts of a run: each is sent, settled in the health of its credential, and recorded.
import type { Failure } from "../core/failure/failure.ts";
import type { BarScope } from "../core/health.ts";
import { formatModelRef } from "../core/model-ref.ts";
import { crosses } from "../core/plan/crossing.ts";
import type { Attempt } from "../core/plan/walk.ts";
import type { AttemptRecord } from "../core/receipt.ts";
import { readingOf } from "../core/usage-window.ts";
import type { Outcome } from "./exchange.ts";
import type { Run, RunContext } from "./run.ts";

/** One attempt under way. */
interface Made {
  readonly attempt: Attempt;
  /** asked once more by the same run: one visit, which counts as one failure */
  readonly again: boolean;
  /** ms since epoch; later once a dead connection was replaced */
  startedAt: number;
  /** Ends the test that it is; absent when it is none. */
  readonly testEnds: (() => void) | undefined;
}

export class RunAttempts {
  readonly records: AttemptRecord[] = [];
  readonly #order: Run;
  readonly #context: RunContext;

  constructor(order: Run, context: RunContext) {
    this.#order = order;
    this.#context = context;
  }

  /** A connection found dead before use is replaced once, unrecorded. @param again asked before by this run */
  make(attempt: Attempt, again: boolean): Promise<Outcome> {
    const { live, send } = this.#order;
    const startedAt = this.#context.now();
    const sent = send(attempt, false);
    const tested = live.callStarts(attempt, startedAt);
    const testEnds = tested === undefined ? undefined : this.#test(attempt, tested, () => made.startedAt);
    const made: Made = { attempt, again, startedAt, testEnds };
    return sent.then((outcome) => {
      if (outcome.kind !== "failed" || !outcome.staleSocket) return this.#ended(made, outcome);
      made.startedAt = this.#context.now();
      return this.#sendAgain(made).then((second) => this.#ended(made, second));
    });
  }

  /** One that was over before anything was sent. */
  unready(attempt: Attempt, failure: Failure, again: boolean): Outcome {
    const outcome = { kind: "failed", failure, visible: false } as const;
    this.#settle({ attempt, again, startedAt: this.#context.now(), testEnds: undefined }, outcome);
    return outcome;
  }

  #sendAgain({ attempt, testEnds }: Made): Promise<Outcome> {
    try {
      return this.#order.send(attempt, true);
    } catch (error) {
      this.#order.live.callEnds(attempt.candidate);
      testEnds?.();
      throw error;
    }
  }

  #ended(made: Made, outcome: Outcome): Outcome {
    this.#order.live.callEnds(made.attempt.candidate);
    this.#settle(made, outcome);
    made.testEnds?.();
    this.#learn(made, outcome);
    return outcome;
  }

  /**
   * The others wait for this attempt's outcome, and for no more of it than they need: where an answer has begun,
   * the credential has proved itself.
   */
  #test(attempt: Attempt, scope: BarScope, startedAt: () => number): () => void {
    const { live, sink } = this.#order;
    const { agents, now } = this.#context;
    let over = false;
    const ends = () => {
      if (over) return;
      over = true;
      sink.onAnswer = undefined;
      agents.testEnds(attempt.candidate, scope);
    };
    sink.onAnswer = () => {
      const { model } = attempt.ref;
      const event = { kind: "success", model, startedAt: startedAt(), at: now() } as const;
      agents.settle(live, attempt.candidate.profile, event);
      ends();
    };
    return ends;
  }

  #settle(made: Made, outcome: Outcome): void {
    const at = this.#context.now();
    this.#record(made, outcome, at);
    const { live } = this.#order;
    const { attempt, startedAt } = made;
    const { profile } = attempt.candidate;
    const { model } = attempt.ref;
    if (outcome.kind === "answered")
      this.#context.agents.settle(live, profile, { kind: "success", model, startedAt, at });
    if (outcome.kind !== "failed" || made.again) return;
    const { kind, scope, retryAt } = outcome.failure;
    const failure = { kind, scope, ...(retryAt === undefined ? {} : { retryAt }) };
    this.#context.agents.settle(live, profile, { kind: "failure", model, failure, startedAt, at });
  }

  /** After the outcome: the answer itself is no evidence against what its headers say. */
  #learn({ attempt, startedAt }: Made, outcome: Outcome): void {
    if (outcome.kind === "aborted" || !outcome.windows) return;
    const reading = readingOf(outcome.windows, "headers", this.#context.now());
    this.#context.agents.learnUsage(this.#order.live, attempt.candidate.profile, reading, startedAt);
  }

  #record({ attempt, startedAt, testEnds }: Made, outcome: Outcome, endedAt: number): void {
    const begun = this.#order.startedAt;
    const { live, request } = this.#order;
    const common: Common = {
      model: formatModelRef(attempt.ref),
      profileId: attempt.candidate.profile.id,
      startedMs: startedAt - begun,
      endedMs: endedAt - begun,
    };
    if (crosses(live.prepared, request, attempt.candidate)) common.crossed = true;
    if (testEnds) common.test = true;
    this.records.push(recordOf(common, outcome, begun));
  }
}

type CommonKey = "model" | "profileId" | "crossed" | "startedMs" | "endedMs" | "test";
type Common = { -readonly [Key in keyof Pick<AttemptRecord, CommonKey>]: AttemptRecord[Key] };

function recordOf(common: Common, outcome: Outcome, begun: number): AttemptRecord {
  if (outcome.kind === "aborted") return { ...common, outcome: "aborted" };
  if (outcome.kind === "answered") {
    return { ...common, outcome: "ok", status: outcome.status, firstByteMs: outcome.firstByteAt - begun };
  }
  const { kind, scope, status, retryAt, message } = outcome.failure;
  return {
    ...common,
    outcome: outcome.visible ? "cut" : "failed",
    kind,
    scope,
    message,
    ...(status === undefined ? {} : { status }),
    ...(retryAt === undefined ? {} : { retryAt }),
  };
}
