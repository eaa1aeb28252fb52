// Where one run stands: what is tried next, and what is waited for when nothing is free.
import { decide, pauseBeforeSame } from "../core/failover.ts";
import type { Failure } from "../core/failure/failure.ts";
import { FAILURE_LANE, isTransient } from "../core/failure/failure.ts";
import type { ModelRef } from "../core/model-ref.ts";
import { formatModelRef } from "../core/model-ref.ts";
import type { LeftOut } from "../core/plan/explain.ts";
import { explain } from "../core/plan/explain.ts";
import { next } from "../core/plan/next.ts";
import type { Attempt, Walk } from "../core/plan/walk.ts";
import { attemptKey, START } from "../core/plan/walk.ts";
import { soonestRecovery } from "../core/recovery.ts";
import type { Run, RunContext } from "./run.ts";
import { RunPatience } from "./run-patience.ts";

/** The same credential once more, when no other is free. */
interface Again {
  readonly attempt: Attempt;
  /** ms since epoch */
  readonly at: number;
  /** how often it was asked again, this time included */
  readonly times: number;
}

export class RunProgress {
  readonly #order: Run;
  readonly #context: RunContext;
  readonly #patience: RunPatience;
  #failures: Map<string, readonly Failure[]> | undefined;
  #walk: Walk = START;
  /** Attempts that failed without a bar: waiting does not make them worth another try. */
  #spent: Set<string> | undefined;
  #again: Again | undefined;
  #joinsTests = false;
  /** of the last attempt */
  lastFailure: Failure | undefined;
  /** ms since epoch: of the last choice */
  decidedAt = 0;

  constructor(order: Run, context: RunContext) {
    this.#order = order;
    this.#context = context;
    this.#patience = new RunPatience(order, context.now);
  }

  get waitedMs(): number {
    return this.#patience.waitedMs;
  }

  /** The best candidate that may be tried now, else the same again if it is time for that. */
  next(): Attempt | undefined {
    const now = this.#context.now();
    this.decidedAt = now;
    const { live, request } = this.#order;
    const asked = this.#joinsTests ? { ...request, joinsTests: true } : request;
    const free = next(live.prepared, asked, this.#walk, now);
    if (free) return free;
    const again = this.#again;
    return again && again.at <= now && !this.#isTested(again.attempt) ? again.attempt : undefined;
  }

  isAgain(attempt: Attempt): boolean {
    return this.#again?.attempt === attempt;
  }

  /** Takes in a failure; `false` when the request itself is at fault. */
  goesOnAfter(attempt: Attempt, failure: Failure): boolean {
    this.lastFailure = failure;
    if (FAILURE_LANE[failure.kind] === "none") (this.#spent ??= new Set()).add(attemptKey(attempt));
    const failures = this.#failuresOf(attempt.ref, failure);
    const step = decide(attempt, failure, this.#walk, failures, this.#context.rotations());
    if (step.do === "stop") return false;
    this.#walk = step.walk;
    this.#again = this.#oneMore(attempt, failure);
    return true;
  }

  #oneMore(attempt: Attempt, failure: Failure): Again | undefined {
    const now = this.#context.now();
    const times = this.#again?.attempt === attempt ? this.#again.times : 0;
    const pauseMs = pauseBeforeSame(failure, times, this.#patience.left("same"), now, Math.random());
    return pauseMs === undefined ? undefined : { attempt, at: now + pauseMs, times: times + 1 };
  }

  #failuresOf(ref: ModelRef, failure: Failure): readonly Failure[] {
    const name = formatModelRef(ref);
    const failures = [...(this.#failures?.get(name) ?? []), failure];
    (this.#failures ??= new Map()).set(name, failures);
    return failures;
  }

  /** Before the next profile of a provider that is overloaded; nothing unless the config asks for it. */
  backOff({ ref }: Attempt, { kind }: Failure): Promise<void> | undefined {
    const { overloadedBackoffMs } = this.#context.rotations();
    if (kind !== "overloaded" || overloadedBackoffMs === 0) return undefined;
    const ms = Math.min(overloadedBackoffMs, this.#patience.left("next"));
    const isNext = this.next()?.ref.provider === ref.provider;
    return isNext && ms > 0 ? this.#patience.wait(ms, "next", true) : undefined;
  }

  /**
   * Waits for whatever comes first: a bar's end, the outcome of another call's test, or the time to ask the same
   * again; `false` when that is too far. A test that takes too long keeps nobody from an answer.
   */
  async waitForChance(): Promise<boolean> {
    const now = this.#context.now();
    const leftOut = this.leftOut(this.decidedAt);
    const recovery = soonestRecovery(leftOut.filter(({ bar }) => bar && isTransient(bar.reason)));
    const tested = !this.#joinsTests && leftOut.some(({ code }) => code === "testing");
    const testsEnd = tested
      ? this.#order.startedAt + (this.#order.testPatienceMs ?? this.#order.patienceMs)
      : Infinity;
    const again = this.#again && !this.#isTested(this.#again.attempt) ? this.#again.at : Infinity;
    const isNear = recovery !== undefined && recovery - now < this.#patience.left("next");
    const free = Math.min(isNear ? recovery : Infinity, testsEnd);
    if (testsEnd <= now) this.#joinsTests = true;
    else if (again === Infinity && free === Infinity) return false;
    else if (again <= free) await this.#patience.wait(again - now, "same");
    else await this.#patience.untilFree(free - now, tested);
    this.#walk = { ...START, closed: this.#walk.closed, tried: new Set(this.#spent ?? []) };
    return true;
  }

  /** Another call finds out just now what asking the same again would: this one waits for that like all others. */
  #isTested({ candidate, ref }: Attempt): boolean {
    if (this.#joinsTests || candidate.load.testing.length === 0) return false;
    const { id } = candidate.profile;
    return this.leftOut(this.decidedAt).some(
      (one) => one.code === "testing" && one.profileId === id && one.ref === ref,
    );
  }

  /** @param at of the choice that found nothing: a bar that ends just after it is one to wait for */
  leftOut(at = this.#context.now()): LeftOut[] {
    return explain(this.#order.live.prepared, this.#order.request, at, true);
  }
}
