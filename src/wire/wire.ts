// The shape of a wire: what one protocol says, without knowing any vendor. Pure codecs.
// Most wires serve both ways: as the protocol a provider speaks, and as the one a client speaks to us.
import type { Transform } from "node:stream";
import type { JsonObject } from "../core/json.ts";

/** What one frame of a streamed answer means for the run. */
export type FrameVerdict =
  /** nothing a client would act on yet: roles, ids, pings */
  | "prelude"
  /** text, reasoning, a tool call, a refusal: from here on nothing may be replayed */
  | "content"
  /** the answer is complete */
  | "end"
  | { readonly error: unknown };

export interface Usage {
  readonly inputTokens: number;
  readonly outputTokens: number;
}

/** What identifies a conversation when the client names none. */
export interface Conversation {
  /** the body's own id of the user or session */
  readonly user?: string;
  readonly system: string;
  readonly firstMessage: string;
}

/** An error as a client is told it. */
export interface Refusal {
  readonly status: number;
  /** one of the protocol-neutral types of the gateway spec §2 */
  readonly type: string;
  readonly message: string;
  /** Further fields of the error object: attempts, what was left out. */
  readonly details?: Readonly<Record<string, unknown>>;
  /** At least one provider was asked. */
  readonly tried?: boolean;
}

/** Marks put on an answer of the agent path. */
export interface AnswerMarks {
  readonly runId: string;
  /** echoed as the client wrote it */
  readonly model: string;
}

/** What a ping says: one word is answer enough. */
export const PING = "Reply with OK.";

/** Watches an answer for the call of a tool that its request insists on. */
export interface ForcedCall {
  /** a frame of a stream, or a whole answer */
  see(data: JsonObject): void;
  readonly met: boolean;
  /** what was asked for, in words */
  readonly wanted: string;
}

/** Builds one JSON answer out of the frames of a stream. */
export interface Collector {
  add(event: string | undefined, data: string): void;
  result(marks: AnswerMarks): unknown;
}

/** A stream that comes as something else than events, and what makes events of it. */
export interface Framing {
  /** part of the content type that tells it */
  readonly type: string;
  /** what asks for it, where it wants to be asked for */
  readonly accept?: string;
  readonly toEvents: () => Transform;
}

/** A protocol as providers speak it. */
export interface ProviderWire {
  /** `models.providers.*.api` */
  readonly api: string;
  /** path below a provider's base URL */
  readonly endpoint: string;
  /** where the path names the model */
  readonly pathFor?: (model: string, stream: boolean) => string;
  /** Another protocol, whose requests it takes as they are when they fit. */
  readonly like?: { readonly api: string; readonly fits: (body: JsonObject) => boolean };
  /** A request of that protocol as this one has it; as it is when left out. */
  readonly bodyOf?: (body: JsonObject) => JsonObject;
  /** It answers in streams only. */
  readonly alwaysStreams?: true;
  /** where its streams are no server-sent events */
  readonly framing?: Framing;
  /** headers of every call, unless the client sent its own */
  readonly headers: Readonly<Record<string, string>>;
  /** lower-case names of client headers that go upstream */
  readonly forwarded: readonly string[];

  /** `event` is the SSE event name, `data` its data as text. */
  readFrame(event: string | undefined, data: string): FrameVerdict;
  /** The error inside a JSON answer that came with status 200, if there is one. */
  errorInBody(body: JsonObject): unknown;
  /** One of these stands near the end of every complete stream, and in no text: lines and quotes are escaped there. */
  readonly endMarks: readonly string[];
  /** A frame without any of these tells no error; one with some may. */
  readonly errorMarks: readonly Buffer[];
  /** Token counts from the last part of an answer, as text; `undefined` when it names none. */
  readUsage(tail: string): Usage | undefined;
  /** The smallest streamed request there is, to see whether a credential is taken. */
  ping(model: string, maxTokens: number): JsonObject;
}

/** Of what was said in a conversation before. */
export interface SaidBefore {
  readonly role: "user" | "assistant";
  readonly content: string;
}

/** A protocol that clients speak to us as well. */
export interface Wire extends ProviderWire {
  /** A request with what was said before: behind its instructions, before what it says itself. */
  withBefore(body: JsonObject, before: readonly SaidBefore[]): JsonObject;
  conversation(body: JsonObject): Conversation;
  /** What is wrong with a request of the agent path, in one sentence; `undefined` when it can be sent. */
  faultOf(body: JsonObject): string | undefined;
  /** The tool that a request of the agent path must be answered with; `undefined` for most requests. */
  forcedCall?(body: JsonObject): ForcedCall | undefined;
  /** The agent path's call upstream: always streamed. */
  agentRequest(body: JsonObject, model: string): JsonObject;
  /** A frame for the client of the agent path, without the blank line; `undefined` leaves it out. */
  rewriteFrame(
    event: string | undefined,
    data: string,
    marks: AnswerMarks,
    body: JsonObject,
  ): string | undefined;
  /** The frame, without its blank line, that ends every stream; absent where the last one carries the answer. */
  readonly lastFrame?: string;
  collector(): Collector;
  /** A whole answer under the run's id and the model name that the client used. */
  mark(answer: JsonObject, marks: AnswerMarks): JsonObject;

  errorBody(refusal: Refusal): unknown;
  /**
   * The protocol's own error event, and whatever ends its stream.
   *
   * @param opening the beginning of what the client has seen of the stream, empty when nothing
   */
  errorFrames(refusal: Refusal, opening?: string): string;
}
