// One upstream call: bytes out, bytes back, and a verdict. Nothing reaches the client before the answer
// is known to be one: errors inside a 200 are found while they are still invisible (DESIGN, "First byte").
import type { Transform } from "node:stream";
import type { Dispatcher } from "undici";
import { classify } from "../core/failure/classify.ts";
import type { Failure, UpstreamAnswer } from "../core/failure/failure.ts";
import { parseObject } from "../core/json.ts";
import type { Secret } from "../core/secret.ts";
import { PreludeJudge } from "../wire/sse.ts";
import type { FoundUsage } from "../core/usage-window.ts";
import type { HeaderReader } from "../providers/usage/headers.ts";
import type { Framing, ProviderWire, Usage } from "../wire/wire.ts";
import { findProvider } from "../providers/all.ts";
import type { Alarm } from "./alarms.ts";
import { clearAlarm, setAlarm } from "./alarms.ts";
import type { AnswerHeaders } from "./answer.ts";
import {
  answerOf,
  decoderFor,
  faultInBody,
  isStaleSocket,
  networkAnswer,
  passableHeaders,
} from "./answer.ts";
import type { Source } from "./passage.ts";
import { Passage, TAIL_BYTES } from "./passage.ts";
import type { Sink } from "./sink.ts";

export interface UpstreamCall {
  readonly dispatcher: Dispatcher;
  readonly origin: string;
  readonly path: string;
  readonly headers: readonly string[];
  readonly body: Buffer;
  readonly wire: ProviderWire;
  /** provider id, for the classifier */
  readonly provider: string;
  /** what was sent that upstream may echo and nobody may see */
  readonly secrets: readonly Secret[];
  readonly stream: boolean;
  /** reads usage windows from the answer's headers, where the provider tells them there */
  readonly usageHeaders?: HeaderReader | undefined;
  /** ms until the answer's headers */
  readonly firstByteTimeoutMs: number;
  /** ms from the headers until there is something to show: first content, or the whole of an answer in one piece */
  readonly answerTimeoutMs: number;
  /** ms between two pieces of the answer */
  readonly idleTimeoutMs: number;
}

export type Outcome =
  | {
      readonly kind: "answered";
      readonly status: number;
      readonly firstByteAt: number;
      readonly usage: Usage | undefined;
      /** what the headers told of the plan */
      readonly windows?: FoundUsage | undefined;
    }
  /** `visible`: the client has seen part of this answer. */
  | {
      readonly kind: "failed";
      readonly failure: Failure;
      readonly visible: boolean;
      readonly staleSocket?: boolean;
      readonly windows?: FoundUsage | undefined;
    }
  | { readonly kind: "aborted" };

/** An answer without stream is held up to this size, so that a cut one stays invisible. */
const HELD_BODY_BYTES = 8 * 1024 * 1024;
/** A stream whose prelude is larger is let through unjudged. */
const HELD_PRELUDE_BYTES = 256 * 1024;
/** What is read of an error's body. */
const ERROR_BODY_BYTES = 64 * 1024;
/** How long an error may take to tell what it is. */
const ERROR_BODY_MS = 5000;
/** Sends the call and passes a good answer into `sink`. Never rejects. */
export function exchange(call: UpstreamCall, sink: Sink, now: () => number): Promise<Outcome> {
  return new Promise((resolve) => {
    const handler = new Exchange(call, sink, now, resolve);
    call.dispatcher.dispatch(
      {
        origin: call.origin,
        path: call.path,
        method: "POST",
        headers: call.headers as string[],
        body: call.body,
        headersTimeout: call.firstByteTimeoutMs,
        bodyTimeout: call.idleTimeoutMs,
      },
      handler,
    );
  });
}

/** What is done with the answer's bytes: judged, shown, or read as an error. */
type Stage = "prelude" | "body" | "flowing" | "error";

class Exchange implements Dispatcher.DispatchHandler {
  readonly #call: UpstreamCall;
  readonly #sink: Sink;
  readonly #now: () => number;
  readonly #resolve: (outcome: Outcome) => void;
  #controller: Dispatcher.DispatchController | undefined;
  #stage: Stage = "error";
  #status = 0;
  #headers: AnswerHeaders = {};
  #windows: FoundUsage | undefined;
  #held: Buffer[] = [];
  #heldBytes = 0;
  #firstByteAt = 0;
  #judge: PreludeJudge | undefined;
  #framed = false;
  #passage: Passage | undefined;
  /** where the answer's bytes go, when they are not taken as they are */
  #decoder: Transform | undefined;
  /** where they come from then */
  #decoded: Transform | undefined;
  #framing: Framing | undefined;
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
    this.#framed = this.#expectsFrames();
    this.#stage = status >= 300 ? "error" : this.#framed ? "prelude" : "body";
    if (this.#stage === "prelude") this.#judge = new PreludeJudge(this.#call.wire);
    this.#deadline = this.#stage === "error" ? this.#errorDeadline() : this.#answerDeadline();
    this.#decode(headers["content-encoding"]);
  }

  #errorDeadline(): Alarm {
    return setAlarm(() => this.#failAndStop(this.#errorAnswer()), ERROR_BODY_MS);
  }

  #answerDeadline(): Alarm {
    const ms = this.#call.answerTimeoutMs;
    // The error is made when it is needed: its stack costs more than all else here.
    const late = () => networkAnswer(new Error(`There was nothing to show within ${ms} ms.`));
    return setAlarm(() => this.#failAndStop(late()), ms);
  }

  onResponseData(_controller: unknown, chunk: Buffer): void {
    if (!this.#decoder) return this.#take(chunk);
    if (this.#decoder.write(chunk)) return;
    this.#controller?.pause();
    this.#decoder.once("drain", () => this.#passage?.resting || this.#controller?.resume());
  }

  onResponseEnd(): void {
    if (this.#decoder) this.#decoder.end();
    else this.#finish();
  }

  onResponseError(_controller: unknown, error: Error): void {
    if (this.#sink.gone) return this.#settle({ kind: "aborted" });
    this.#fail(networkAnswer(error), isStaleSocket(error, this.#status));
  }

  /** A stream was asked for: only an answer that says it is something else is read whole. */
  #expectsFrames(): boolean {
    const type = String(this.#headers["content-type"] ?? "");
    if (type.includes("text/event-stream")) return true;
    this.#framing = this.#framingOf(type);
    if (this.#framing) return true;
    return this.#call.stream && !/json|html|xml/.test(type);
  }

  #framingOf(type: string): Framing | undefined {
    const { framing } = this.#call.wire;
    return framing && type.includes(framing.type) ? framing : undefined;
  }

  /** What was packed is unpacked, and what is no stream of events is made one; most answers need neither. */
  #decode(encoding: string | string[] | undefined): void {
    const unpacked = decoderFor(encoding);
    const framed = this.#stage === "prelude" ? this.#framing?.toEvents() : undefined;
    this.#decoder = unpacked ?? framed;
    this.#decoded = framed ?? unpacked;
    if (!this.#decoded) return;
    if (unpacked && framed) unpacked.on("error", (error) => framed.destroy(error)).pipe(framed);
    delete this.#headers["content-encoding"];
    delete this.#headers["content-length"];
    this.#decoded
      .on("data", (chunk: Buffer) => this.#take(chunk))
      .on("end", () => this.#finish())
      .on("error", (error) => this.#failAndStop(networkAnswer(error)));
  }

  #take(chunk: Buffer): void {
    if (this.#settled) return;
    switch (this.#stage) {
      case "flowing":
        return this.#passage!.take(chunk);
      case "prelude":
        return this.#judgePrelude(chunk);
      case "body":
        this.#hold(chunk);
        if (this.#heldBytes > HELD_BODY_BYTES) this.#show();
        return;
      case "error":
        this.#hold(chunk);
        if (this.#heldBytes >= ERROR_BODY_BYTES) this.#failAndStop(this.#errorAnswer());
        return;
    }
  }

  #hold(chunk: Buffer): void {
    this.#firstByteAt ||= this.#now();
    this.#held.push(chunk);
    this.#heldBytes += chunk.length;
  }

  #judgePrelude(chunk: Buffer): void {
    this.#hold(chunk);
    const verdict = this.#judge!.read(chunk);
    if (typeof verdict === "object") return this.#failAndStop(this.#answerInside(verdict.error));
    if (verdict !== "prelude" || this.#heldBytes > HELD_PRELUDE_BYTES) this.#show();
  }

  /** From here on the client sees the answer. */
  #show(): void {
    this.#stage = "flowing";
    clearAlarm(this.#deadline);
    this.#judge = undefined;
    // Frames are cut and ended by us: the length that upstream announced need not hold.
    if (this.#framed) delete this.#headers["content-length"];
    this.#sink.open(this.#status, passableHeaders(this.#headers), this.#framed);
    this.#sink.onAnswer?.();
    this.#passage = new Passage(this.#sink, this.#call.wire, this.#framed, this.#source());
    const held = this.#held;
    this.#held = [];
    for (const chunk of held) this.#passage.take(chunk);
  }

  #source(): Source {
    return {
      pause: () => {
        this.#controller?.pause();
        this.#decoded?.pause();
      },
      resume: () => {
        this.#decoded?.resume();
        this.#controller?.resume();
      },
      told: (error) => this.#failAndStop(this.#answerInside(error)),
      broken: (reason) => this.#failAndStop(networkAnswer(new Error(reason))),
      patienceMs: this.#call.idleTimeoutMs,
      stuck: () => this.#sink.drop(),
    };
  }

  #finish(): void {
    if (this.#settled) return;
    switch (this.#stage) {
      case "error":
        return this.#fail(this.#errorAnswer());
      case "body":
        return this.#finishBody();
      case "prelude":
        return this.#finishPrelude();
      case "flowing":
        return this.#finishStream(false);
    }
  }

  #finishBody(): void {
    const body = this.#held.length === 1 ? this.#held[0]! : Buffer.concat(this.#held);
    const fault = faultInBody(body, this.#status, this.#headers, this.#call.wire);
    if (fault) return this.#fail(fault);
    this.#sink.whole(this.#status, passableHeaders(this.#headers), body);
    this.#answered(body.subarray(-TAIL_BYTES));
  }

  /** The stream ended before any content: an empty answer passes if it is complete, else it is none. */
  #finishPrelude(): void {
    if (this.#heldBytes === 0) return this.#fail(this.#errorAnswer());
    const { ended } = this.#judge!;
    if (!ended) return this.#fail(networkAnswer(new Error("The stream ended before its first content.")));
    this.#show();
    this.#finishStream(ended);
  }

  #finishStream(ended: boolean): void {
    const tail = this.#passage!.finish(ended);
    if (tail) this.#answered(tail);
  }

  #answered(tail: Buffer): void {
    const usage = this.#call.wire.readUsage(tail.toString("latin1"));
    const status = this.#status;
    const windows = this.#windows;
    this.#settle({ kind: "answered", status, firstByteAt: this.#firstByteAt, usage, windows });
  }

  #errorAnswer(): UpstreamAnswer {
    const text = Buffer.concat(this.#held).toString();
    return answerOf("http", this.#status, this.#headers, parseObject(text) ?? text);
  }

  #answerInside(error: unknown): UpstreamAnswer {
    return answerOf("sse", this.#status, this.#headers, error);
  }

  #failAndStop(answer: UpstreamAnswer): void {
    this.#fail(answer);
    this.#controller?.abort(new Error("not wanted any more"));
  }

  #fail(answer: UpstreamAnswer, staleSocket = false): void {
    if (this.#stage === "flowing" && !this.#settled && this.#passage!.complete)
      return this.#finishStream(true);
    const judged = classify(this.#call.provider, answer, this.#now(), ownRules(this.#call.provider));
    const message = this.#call.secrets.reduce((text, secret) => secret.hideIn(text), judged.message);
    const failure = { ...judged, message };
    const visible = this.#stage === "flowing" && !this.#sink.retract();
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
