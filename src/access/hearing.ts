// An answer that nobody has seen yet, held until it is known to be one: errors inside a 200 are found while they are
// still invisible (DESIGN, "First byte").
import type { UpstreamAnswer } from "../core/failure/failure.ts";
import { parseObject } from "../core/json.ts";
import { PreludeJudge } from "../wire/sse.ts";
import type { Framing, ProviderWire } from "../wire/wire.ts";
import type { AnswerHeaders } from "./answer.ts";
import { answerOf, faultInBody, networkAnswer } from "./answer.ts";

/** An answer without stream is held up to this size, so that a cut one stays invisible. */
const HELD_BODY_BYTES = 8 * 1024 * 1024;
/** A stream whose prelude is larger is let through unjudged. */
const HELD_PRELUDE_BYTES = 256 * 1024;
/** What is read of an error's body. */
const ERROR_BODY_BYTES = 64 * 1024;

export type Verdict =
  /** what is held, and what follows, is the client's */
  | { readonly kind: "answer" }
  /** all of it, in one piece */
  | { readonly kind: "whole"; readonly body: Buffer }
  | { readonly kind: "fault"; readonly fault: UpstreamAnswer };

const ANSWER: Verdict = { kind: "answer" };
const faulty = (fault: UpstreamAnswer): Verdict => ({ kind: "fault", fault });

/** What was asked, as far as it tells what to expect. */
export interface Expected {
  readonly wire: ProviderWire;
  readonly stream: boolean;
}

export class Hearing {
  readonly isError: boolean;
  /** It comes as a stream of events, or as one that can be made such. */
  readonly framed: boolean;
  /** what makes events of it */
  readonly framing: Framing | undefined;
  /** ms since epoch */
  firstByteAt = 0;
  readonly #wire: ProviderWire;
  readonly #status: number;
  readonly #headers: AnswerHeaders;
  readonly #now: () => number;
  readonly #judge: PreludeJudge | undefined;
  #held: Buffer[] = [];
  #heldBytes = 0;

  constructor({ wire, stream }: Expected, status: number, headers: AnswerHeaders, now: () => number) {
    const type = String(headers["content-type"] ?? "");
    const isEvents = type.includes("text/event-stream");
    this.#wire = wire;
    this.#status = status;
    this.#headers = headers;
    this.#now = now;
    this.isError = status >= 300;
    this.framing = !isEvents && wire.framing && type.includes(wire.framing.type) ? wire.framing : undefined;
    // A stream was asked for: only an answer that says it is something else is read whole.
    this.framed = isEvents || this.framing !== undefined || (stream && !/json|html|xml/.test(type));
    this.#judge = this.framed && !this.isError ? new PreludeJudge(wire) : undefined;
  }

  /** Nothing, as long as it may still be either. */
  hear(chunk: Buffer): Verdict | undefined {
    this.firstByteAt ||= this.#now();
    this.#held.push(chunk);
    this.#heldBytes += chunk.length;
    if (this.isError) return this.#heldBytes >= ERROR_BODY_BYTES ? faulty(this.errorSoFar()) : undefined;
    if (!this.#judge) return this.#heldBytes > HELD_BODY_BYTES ? ANSWER : undefined;
    const verdict = this.#judge.read(chunk);
    if (typeof verdict === "object") return faulty(this.errorInside(verdict.error));
    return verdict !== "prelude" || this.#heldBytes > HELD_PRELUDE_BYTES ? ANSWER : undefined;
  }

  /** Upstream wrote its last byte. */
  end(): Verdict {
    if (this.isError) return faulty(this.errorSoFar());
    return this.#judge ? this.#endOfPrelude(this.#judge) : this.#endOfBody();
  }

  /** What was held, once. */
  release(): readonly Buffer[] {
    const held = this.#held;
    this.#held = [];
    return held;
  }

  errorSoFar(): UpstreamAnswer {
    const text = Buffer.concat(this.#held).toString();
    return answerOf("http", this.#status, this.#headers, parseObject(text) ?? text);
  }

  /** An error that the stream tells. */
  errorInside(error: unknown): UpstreamAnswer {
    return answerOf("sse", this.#status, this.#headers, error);
  }

  #endOfBody(): Verdict {
    const body = this.#held.length === 1 ? this.#held[0]! : Buffer.concat(this.#held);
    const fault = faultInBody(body, this.#status, this.#headers, this.#wire);
    return fault ? faulty(fault) : { kind: "whole", body };
  }

  /** The stream ended before any content: an empty answer passes if it is complete, else it is none. */
  #endOfPrelude({ ended }: PreludeJudge): Verdict {
    if (this.#heldBytes === 0) return faulty(this.errorSoFar());
    return ended ? ANSWER : faulty(networkAnswer(new Error("The stream ended before its first content.")));
  }
}
