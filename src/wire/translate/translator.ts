// The shape of a translator: one wire's side of a translation. Pure codecs, one per protocol; `all.ts`
// lists them. Two of them make a translation: the client's and the provider's.
import type { JsonObject } from "../../core/json.ts";
import type { AnswerEvent, ModelRequest } from "./neutral.ts";

/** What a request is written for. */
export interface RequestTarget {
  /** the provider's name of the model */
  readonly model: string;
  /** most tokens of an answer, where it is known */
  readonly maxTokens?: number;
  /** whether the model reasons, where it is known */
  readonly reasoning?: boolean;
  /** The model decides how much it thinks, and takes no budget. */
  readonly adaptive?: boolean;
  /** OpenAI's own models refuse the older name of the cap */
  readonly capName?: "max_tokens" | "max_completion_tokens";
}

export interface WrittenRequest {
  readonly body: JsonObject;
  /** Hints of the client that this wire has no words for, by their neutral name. */
  readonly dropped: readonly string[];
}

/** What an answer says of itself towards the client. */
export interface AnswerFrame {
  /** without the protocol's prefix */
  readonly id: string;
  /** the model as the client is told it */
  readonly model: string;
  /** seconds since epoch */
  readonly created: number;
  /** the client asked for token counts in its stream */
  readonly usage: boolean;
  /** the client asked for thinking */
  readonly thinks?: boolean;
  /** names of the tools that take text instead of JSON */
  readonly freeform?: ReadonlySet<string>;
}

/** Names a call of a tool where the provider gives it no name: unlike any other of the conversation. */
export type NewId = () => string;

/** Reads a stream: frame in, events out. One per answer. */
export interface AnswerReader {
  add(event: string | undefined, data: string): readonly AnswerEvent[];
  /** The stream is complete: what was held back until its end. */
  end(): readonly AnswerEvent[];
}

/** Writes a stream: events in, text of whole frames out. One per answer. */
export interface AnswerWriter {
  add(event: AnswerEvent): string;
  end(): string;
}

/** A protocol as clients speak it. */
export interface ClientTranslator {
  /** @throws AccessError `bad_input` naming the field that no other protocol can carry */
  readRequest(body: JsonObject): ModelRequest;
  writer(frame: AnswerFrame): AnswerWriter;
  writeAnswer(events: readonly AnswerEvent[], frame: AnswerFrame): JsonObject;
}

/** A protocol as providers speak it. */
export interface ProviderTranslator {
  /** @throws AccessError `bad_input` naming what this protocol cannot carry */
  writeRequest(request: ModelRequest, target: RequestTarget): WrittenRequest;
  reader(newId: NewId): AnswerReader;
  /** A whole answer. It was found to be no error before. */
  readAnswer(body: JsonObject, newId: NewId): readonly AnswerEvent[];
}

export interface Translator {
  readonly provider: ProviderTranslator;
  /** absent: no client speaks it to us */
  readonly client?: ClientTranslator;
}
