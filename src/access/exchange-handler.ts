// The life of one upstream call: its bytes are heard until they are known to be an answer, then passed to the client;
// it ends once, however it ends.
import type { Dispatcher } from "undici";
import { classify } from "../core/failure/classify.ts";
import type { UpstreamAnswer } from "../core/failure/failure.ts";
import type { FoundUsage } from "../core/usage-window.ts";
import { findProvider } from "../providers/all.ts";
import type { Alarm } from "./alarms.ts";
import { clearAlarm, setAlarm } from "./alarms.ts";
import type { AnswerHeaders, Decoding } from "./answer.ts";
import { decodingFor, isStaleSocket, networkAnswer, passableHeaders } from "./answer.ts";
import type { Outcome, UpstreamCall } from "./exchange.ts";
import type { Verdict } from "./hearing.ts";
import { Hearing } from "./hearing.ts";
import type { Source } from "./passage.ts";
import { Passage, TAIL_BYTES } from "./passage.ts";
import type { Sink } from "./sink.ts";

/** How long an error may take to tell what it is. */
const ERROR_BODY_MS = 5000;

export class ExchangeHandler implements Dispatcher.DispatchHandler {
  readonly #call: UpstreamCall;
  readonly #sink: Sink;
  readonly #now: () => number;
  readonly #resolve: (outcome: Outcome) => void;
  #controller: Dispatcher.DispatchController | undefined;
  #status = 0;
  #headers: AnswerHeaders = {};
  #windows: FoundUsage | undefined;
  #hearing: Hearing | undefined;
  /** there as soon as the client sees the answer */
  #passage: Passage | undefined;
  /** absent when the answer's bytes are taken as they are */
  #decoding: Decoding | undefined;
  /** Ends an attempt that is alive and tells nothing. */
  #deadline: Alarm | undefined;
  #settled = false;

  constructor(call: UpstreamCall, sink: Sink, now: () => number, resolve: (outcome: Outcome) => void) {
    this.#call = call;
    this.#sink = sink;
    this.#now = now;
    this.#resolve = resolve;
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#sink.gone) return this.#abandon();
    this.#sink.onGone = () => this.#abandon();
  }

  onResponseStart(_controller: unknown, status: number, headers: AnswerHeaders): void {
    if (status < 200) return;
    this.#status = status;
    this.#headers = headers;
    this.#windows = this.#call.usageHeaders?.(headers, this.#now());
    const hearing = new Hearing(this.#call, status, headers, this.#now);
    this.#hearing = hearing;
    this.#deadline = hearing.isError ? this.#errorDeadline(hearing) : this.#answerDeadline();
    this.#decode(headers["content-encoding"], hearing);
  }

  #errorDeadline(hearing: Hearing): Alarm {
    return setAlarm(() => this.#failAndStop(hearing.errorSoFar()), ERROR_BODY_MS);
  }

  #answerDeadline(): Alarm {
    const ms = this.#call.answerTimeoutMs;
    // The error is made when it is needed: its stack costs more than all else here.
    const late = () => networkAnswer(new Error(`There was nothing to show within ${ms} ms.`));
    return setAlarm(() => this.#failAndStop(late()), ms);
  }

  onResponseData(_controller: unknown, chunk: Buffer): void {
    if (!this.#decoding) return this.#take(chunk);
    const { into } = this.#decoding;
    if (into.write(chunk)) return;
    this.#controller?.pause();
    into.once("drain", () => this.#passage?.resting || this.#controller?.resume());
  }

  onResponseEnd(): void {
    if (this.#decoding) this.#decoding.into.end();
    else this.#finish();
  }

  onResponseError(_controller: unknown, error: Error): void {
    if (this.#sink.gone) return this.#settle({ kind: "aborted" });
    this.#fail(networkAnswer(error), isStaleSocket(error, this.#status));
  }

  #decode(encoding: string | string[] | undefined, { isError, framing }: Hearing): void {
    this.#decoding = decodingFor(encoding, isError ? undefined : framing);
    if (!this.#decoding) return;
    delete this.#headers["content-encoding"];
    delete this.#headers["content-length"];
    this.#decoding.from
      .on("data", (chunk: Buffer) => this.#take(chunk))
      .on("end", () => this.#finish())
      .on("error", (error) => this.#failAndStop(networkAnswer(error)));
  }

  #take(chunk: Buffer): void {
    if (this.#settled) return;
    if (this.#passage) return this.#passage.take(chunk);
    const hearing = this.#hearing!;
    const verdict = hearing.hear(chunk);
    if (verdict) this.#follow(verdict, hearing);
  }

  #finish(): void {
    if (this.#settled) return;
    if (this.#passage) return this.#finishStream(this.#passage, false);
    const hearing = this.#hearing!;
    const verdict = hearing.end();
    if (verdict.kind === "answer") return this.#finishStream(this.#show(hearing), true);
    // What has ended needs no stop, and its connection serves the next call.
    if (verdict.kind === "fault") return this.#fail(verdict.fault);
    this.#follow(verdict, hearing);
  }

  #follow(verdict: Verdict, hearing: Hearing): void {
    switch (verdict.kind) {
      case "answer":
        this.#show(hearing);
        return;
      case "whole":
        this.#sink.whole(this.#status, passableHeaders(this.#headers), verdict.body);
        return this.#answered(verdict.body.subarray(-TAIL_BYTES));
      case "fault":
        return this.#failAndStop(verdict.fault);
    }
  }

  /** From here on the client sees the answer. */
  #show(hearing: Hearing): Passage {
    clearAlarm(this.#deadline);
    // Frames are cut and ended by us: the length that upstream announced need not hold.
    if (hearing.framed) delete this.#headers["content-length"];
    this.#sink.open(this.#status, passableHeaders(this.#headers), hearing.framed);
    this.#sink.onAnswer?.();
    const passage = new Passage(this.#sink, this.#call.wire, hearing.framed, this.#source(hearing));
    this.#passage = passage;
    for (const chunk of hearing.release()) passage.take(chunk);
    return passage;
  }

  #source(hearing: Hearing): Source {
    return {
      pause: () => {
        this.#controller?.pause();
        this.#decoding?.from.pause();
      },
      resume: () => {
        this.#decoding?.from.resume();
        this.#controller?.resume();
      },
      told: (error) => this.#failAndStop(hearing.errorInside(error)),
      broken: (reason) => this.#failAndStop(networkAnswer(new Error(reason))),
      patienceMs: this.#call.idleTimeoutMs,
      stuck: () => this.#sink.drop(),
    };
  }

  #finishStream(passage: Passage, ended: boolean): void {
    const tail = passage.finish(ended);
    if (tail) this.#answered(tail);
  }

  #answered(tail: Buffer): void {
    const usage = this.#call.wire.readUsage(tail.toString("latin1"));
    const status = this.#status;
    const windows = this.#windows;
    const { firstByteAt } = this.#hearing!;
    this.#settle({ kind: "answered", status, firstByteAt, usage, windows });
  }

  #failAndStop(answer: UpstreamAnswer): void {
    this.#fail(answer);
    this.#controller?.abort(new Error("not wanted any more"));
  }

  #fail(answer: UpstreamAnswer, staleSocket = false): void {
    if (this.#settled) return;
    if (this.#passage?.complete) return this.#finishStream(this.#passage, true);
    const judged = classify(this.#call.provider, answer, this.#now(), ownRules(this.#call.provider));
    const message = this.#call.secrets.reduce((text, secret) => secret.hideIn(text), judged.message);
    const failure = { ...judged, message };
    const visible = this.#passage !== undefined && !this.#sink.retract();
    const windows = this.#windows;
    this.#settle({ kind: "failed", failure, visible, windows, ...(staleSocket ? { staleSocket } : {}) });
  }

  #abandon(): void {
    this.#settle({ kind: "aborted" });
    this.#controller?.abort(new Error("the client left"));
  }

  #settle(outcome: Outcome): void {
    if (this.#settled) return;
    this.#settled = true;
    clearAlarm(this.#deadline);
    this.#passage?.stop();
    this.#sink.onGone = undefined;
    this.#resolve(outcome);
  }
}

/** Those that a plugin brings. */
const ownRules = (provider: string) => findProvider(provider)?.plugin?.failures;
