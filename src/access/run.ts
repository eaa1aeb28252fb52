// One client request, from plan to answer: attempt, judge, settle, decide, wait. The loop knows no HTTP server.
import { setTimeout as sleep } from "node:timers/promises";
import type { RotationBudget } from "../core/failover.ts";
import { decide, pauseBeforeSame } from "../core/failover.ts";
import type { Failure } from "../core/failure/failure.ts";
import { FAILURE_LANE, isTransient } from "../core/failure/failure.ts";
import type { ModelRef } from "../core/model-ref.ts";
import { formatModelRef } from "../core/model-ref.ts";
import type { LeftOut } from "../core/plan/explain.ts";
import type { Attempt, PlanRequest, Walk } from "../core/plan/walk.ts";
import { crosses } from "../core/plan/crossing.ts";
import { explain } from "../core/plan/explain.ts";
import { next } from "../core/plan/next.ts";
import { attemptKey, START } from "../core/plan/walk.ts";
import type { BarScope } from "../core/health.ts";
import type { AttemptRecord } from "../core/receipt.ts";
import { soonestRecovery } from "../core/recovery.ts";
import { readingOf } from "../core/usage-window.ts";
import type { Usage } from "../wire/wire.ts";
import type { Outcome } from "./exchange.ts";
import type { LiveAgent, LiveAgents } from "./live-agents.ts";
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
   */
  readonly ready?: (attempt: Attempt) => Promise<Failure | undefined> | undefined;
}

export interface RunContext {
  readonly agents: LiveAgents;
  readonly rotations: () => RotationBudget;
  readonly now: () => number;
}

export type RunResult = {
  readonly attempts: readonly AttemptRecord[];
  readonly waitedMs: number;
} & (
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
  | { readonly kind: "exhausted"; readonly failure?: Failure; readonly leftOut: readonly LeftOut[] }
);

/**
 * Runs until there is an answer, a fault of the request, or nothing left to try.
 *
 * @throws whatever `send` throws for a request that cannot be encoded at all
 */
export async function run(order: Run, context: RunContext): Promise<RunResult> {
  const progress = new Progress(order, context);
  for (;;) {
    if (order.sink.gone) return progress.result({ kind: "aborted" });
    const attempt = progress.next();
    if (!attempt) {
      if (await progress.waitForChance()) continue;
      return progress.exhausted();
    }
    const waiting = order.ready?.(attempt);
    const fault = waiting && (await waiting);
    if (waiting && !fault) continue;
    const outcome = fault ? progress.unready(attempt, fault) : await progress.make(attempt);
    if (outcome.kind === "aborted") return progress.result({ kind: "aborted" });
    if (outcome.kind === "answered") return progress.result({ ...outcome, attempt });
    if (outcome.visible) return progress.result({ kind: "cut", failure: outcome.failure });
    if (!progress.goesOnAfter(attempt, outcome.failure)) return progress.exhausted();
    await progress.backOff(attempt, outcome.failure);
  }
}

/** Longest wait for the same credential again; whoever has to wait longer waits for the end of its bar. */
const MOST_SAME_MS = 10_000;
/** That many waiting for one end are a crowd. */
const CROWD = 8;
/** A crowd comes back one in this time. */
const SPREAD_MS = 10;
const MOST_SPREAD_MS = 1000;

/** The same credential once more, when no other is free. */
interface Again {
  readonly attempt: Attempt;
  /** ms since epoch */
  readonly at: number;
  /** how often it was asked again, this time included */
  readonly times: number;
}

/** Where one run stands: what was tried, waited and learnt. */
class Progress {
  readonly #order: Run;
  readonly #context: RunContext;
  readonly #attempts: AttemptRecord[] = [];
  #failures: Map<string, readonly Failure[]> | undefined;
  #walk: Walk = START;
  /** Attempts that failed without a bar: waiting does not make them worth another try. */
  #spent: Set<string> | undefined;
  #again: Again | undefined;
  #joinsTests = false;
  /** apart for the same credential again and for the next one to be free: neither uses up the other's */
  readonly #waitedMs = { same: 0, next: 0 };
  #last: Failure | undefined;

  constructor(order: Run, context: RunContext) {
    this.#order = order;
    this.#context = context;
  }

  /** The best candidate that is free now, else the same again if it is time for that. */
  next(): Attempt | undefined {
    const now = this.#context.now();
    const { live, request } = this.#order;
    const free = next(
      live.prepared,
      this.#joinsTests ? { ...request, joinsTests: true } : request,
      this.#walk,
      now,
    );
    if (free) return free;
    return this.#again && this.#again.at <= now ? this.#again.attempt : undefined;
  }

  /** One attempt, recorded and settled. A connection found dead before use is replaced once, unrecorded. */
  make(attempt: Attempt): Promise<Outcome> {
    const { live, send } = this.#order;
    let startedAt = this.#context.now();
    const sent = send(attempt, false);
    const tested = live.callStarts(attempt, startedAt);
    const testEnds = tested === undefined ? undefined : this.#test(attempt, tested, () => startedAt);
    const settle = (outcome: Outcome): Outcome => {
      live.callEnds(attempt.candidate);
      this.#settle(attempt, outcome, startedAt, this.#context.now(), testEnds !== undefined);
      testEnds?.();
      this.#learn(attempt, outcome, startedAt);
      return outcome;
    };
    const replace = (outcome: Outcome): Outcome | Promise<Outcome> => {
      if (outcome.kind !== "failed" || !outcome.staleSocket) return settle(outcome);
      startedAt = this.#context.now();
      return this.#sendAgain(attempt, testEnds).then(settle);
    };
    return sent.then(replace);
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

  /** An attempt that was over before anything was sent. */
  unready(attempt: Attempt, failure: Failure): Outcome {
    const outcome = { kind: "failed", failure, visible: false } as const;
    const now = this.#context.now();
    this.#settle(attempt, outcome, now, now);
    return outcome;
  }

  #sendAgain(attempt: Attempt, testEnds: (() => void) | undefined): Promise<Outcome> {
    try {
      return this.#order.send(attempt, true);
    } catch (error) {
      this.#order.live.callEnds(attempt.candidate);
      testEnds?.();
      throw error;
    }
  }

  #settle(attempt: Attempt, outcome: Outcome, startedAt: number, at: number, test = false): void {
    this.#record(attempt, outcome, startedAt, at, test);
    const { live } = this.#order;
    const { profile } = attempt.candidate;
    const { model } = attempt.ref;
    if (outcome.kind === "answered")
      this.#context.agents.settle(live, profile, { kind: "success", model, startedAt, at });
    // Asking the same again is one visit: it counts as one failure.
    if (outcome.kind !== "failed" || this.#again?.attempt === attempt) return;
    const { kind, scope, retryAt } = outcome.failure;
    const failure = { kind, scope, ...(retryAt === undefined ? {} : { retryAt }) };
    this.#context.agents.settle(live, profile, { kind: "failure", model, failure, startedAt, at });
  }

  /** After the outcome: the answer itself is no evidence against what its headers say. */
  #learn(attempt: Attempt, outcome: Outcome, startedAt: number): void {
    if (outcome.kind === "aborted" || !outcome.windows) return;
    const reading = readingOf(outcome.windows, "headers", this.#context.now());
    this.#context.agents.learnUsage(this.#order.live, attempt.candidate.profile, reading, startedAt);
  }

  #record(attempt: Attempt, outcome: Outcome, startedAt: number, endedAt: number, test: boolean): void {
    const begun = this.#order.startedAt;
    const { live, request } = this.#order;
    const common = {
      model: formatModelRef(attempt.ref),
      profileId: attempt.candidate.profile.id,
      ...(crosses(live.prepared, request, attempt.candidate) ? CROSSED : {}),
      startedMs: startedAt - begun,
      endedMs: endedAt - begun,
      ...(test ? { test } : {}),
    };
    this.#attempts.push(recordOf(common, outcome, begun));
  }

  /** Takes in a failure; `false` when the request itself is at fault. */
  goesOnAfter(attempt: Attempt, failure: Failure): boolean {
    this.#last = failure;
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
    const pauseMs = pauseBeforeSame(failure, times, this.#patienceLeft("same"), now, Math.random());
    return pauseMs === undefined ? undefined : { attempt, at: now + pauseMs, times: times + 1 };
  }

  #failuresOf(ref: ModelRef, failure: Failure): readonly Failure[] {
    const name = formatModelRef(ref);
    const failures = [...(this.#failures?.get(name) ?? []), failure];
    this.#failures = new Map(this.#failures).set(name, failures);
    return failures;
  }

  /** Before the next profile of a provider that is overloaded; nothing unless the config asks for it. */
  backOff({ ref }: Attempt, { kind }: Failure): Promise<void> | undefined {
    const { overloadedBackoffMs } = this.#context.rotations();
    if (kind !== "overloaded" || overloadedBackoffMs === 0) return undefined;
    const ms = Math.min(overloadedBackoffMs, this.#patienceLeft("next"));
    const isNext = this.next()?.ref.provider === ref.provider;
    return isNext && ms > 0 ? this.#wait(ms, "next", true) : undefined;
  }

  /**
   * Waits for whatever comes first: a bar's end, the outcome of another call's test, or the time to ask the same
   * again; `false` when that is too far. A test that takes too long keeps nobody from an answer.
   */
  async waitForChance(): Promise<boolean> {
    const now = this.#context.now();
    const leftOut = this.#leftOut();
    const recovery = soonestRecovery(leftOut.filter(({ bar }) => bar && isTransient(bar.reason)));
    const tested = !this.#joinsTests && leftOut.some(({ code }) => code === "testing");
    const testsEnd = tested
      ? this.#order.startedAt + (this.#order.testPatienceMs ?? this.#order.patienceMs)
      : Infinity;
    const again = this.#again?.at ?? Infinity;
    const isNear = recovery !== undefined && recovery - now < this.#patienceLeft("next");
    const free = Math.min(isNear ? recovery : Infinity, testsEnd);
    if (testsEnd <= now) this.#joinsTests = true;
    else if (again === Infinity && free === Infinity) return false;
    else if (again <= free) await this.#wait(again - now, "same");
    else await this.#waitForFree(free - now, tested);
    this.#walk = { ...START, closed: this.#walk.closed, tried: new Set(this.#spent ?? []) };
    return true;
  }

  /** Many may wait for one end: a crowd comes back spread over a moment, whoever is alone at once. */
  async #waitForFree(ms: number, tested: boolean): Promise<void> {
    const { live, sink } = this.#order;
    const others = live.waiting;
    const spreadMs = Math.min(others * SPREAD_MS, MOST_SPREAD_MS) * Math.random();
    await this.#wait(tested ? ms : ms + Math.min(spreadMs, ms / 10), "next");
    if (tested && others >= CROWD && !sink.gone) await this.#wait(spreadMs, "next", true);
  }

  /**
   * Sleeps, but not through the client's leaving or news about the agent's credentials.
   *
   * @param deaf through news as well
   */
  async #wait(ms: number, what: "same" | "next", deaf = false): Promise<void> {
    const begun = this.#context.now();
    const { sink, live } = this.#order;
    const left = new AbortController();
    sink.onGone = () => left.abort();
    const whole = Math.max(1, ms);
    await (deaf
      ? sleep(whole, undefined, left).catch(() => undefined)
      : live.changeWithin(whole, left.signal));
    sink.onGone = undefined;
    this.#waitedMs[what] += this.#context.now() - begun;
  }

  #patienceLeft(what: "same" | "next"): number {
    const { patienceMs, clientMs = Infinity, startedAt } = this.#order;
    const most = what === "same" ? Math.min(patienceMs, MOST_SAME_MS) : patienceMs;
    const clientLeft = clientMs - (this.#context.now() - startedAt);
    return Math.min(most - this.#waitedMs[what], clientLeft);
  }

  #leftOut(): LeftOut[] {
    return explain(this.#order.live.prepared, this.#order.request, this.#context.now());
  }

  exhausted(): RunResult {
    const failure = this.#last;
    return this.result({ kind: "exhausted", leftOut: this.#leftOut(), ...(failure ? { failure } : {}) });
  }

  result<T extends object>(end: T): T & Pick<RunResult, "attempts" | "waitedMs"> {
    const { same, next: free } = this.#waitedMs;
    return { ...end, attempts: this.#attempts, waitedMs: same + free };
  }
}

type Common = Pick<AttemptRecord, "model" | "profileId" | "crossed" | "startedMs" | "endedMs" | "test">;

const CROSSED = { crossed: true } as const;

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
