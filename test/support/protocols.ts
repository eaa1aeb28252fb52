// The three protocols as a test speaks them: requests, correct answers, and readers for what a client got.
import assert from "node:assert/strict";
import { createParser } from "eventsource-parser";
import type { SampleError } from "../fakes/wire-samples.ts";
import * as wire from "../fakes/wire-samples.ts";

export interface Protocol {
  /** `models.providers.*.api` */
  readonly api: string;
  /** of the gateway */
  readonly path: string;
  body(model: string, stream: boolean): Record<string, unknown>;
  /** A whole streamed answer; the first `prelude` frames show nothing yet. */
  frames(text: string): string[];
  readonly prelude: number;
  whole(text: string): object;
  errorFrame(error: SampleError): string;
  errorBody(error: SampleError): object;
  /** What a client reads in a stream: its text, and how many error events it holds. */
  readStream(stream: string): Reading;
  /** The text of a whole answer. */
  readWhole(answer: any): string;
  /** Type of the error object that this protocol has for a type of the gateway spec. */
  errorType(type: string): string;
}

export interface Reading {
  readonly text: string;
  readonly errors: readonly any[];
  /** the protocol's own last event was seen */
  readonly complete: boolean;
}

interface Event {
  readonly name: string | undefined;
  readonly data: any;
}

/** Frames of a stream; data that is no JSON stays text. A frame that is not whole fails the test. */
function eventsOf(stream: string): Event[] {
  const events: Event[] = [];
  const parser = createParser({
    onEvent: ({ event, data }) => events.push({ name: event, data: parsed(data) }),
    onError: (error) => assert.fail(`no event stream: ${error.message}`),
  });
  parser.feed(stream);
  assert.match(stream, /^$|\n\n$/, "the stream ends with a whole frame");
  return events;
}

function parsed(data: string): unknown {
  try {
    return JSON.parse(data);
  } catch {
    return data;
  }
}

const QUESTION = "Say something.";

const chat: Protocol = {
  api: "openai-completions",
  path: "/v1/chat/completions",
  body: (model, stream) => ({ model, messages: [{ role: "user", content: QUESTION }], stream }),
  frames: (text) => wire.chatFrames(text),
  prelude: 1,
  whole: (text) => wire.chatBody(text),
  errorFrame: wire.chatErrorFrame,
  errorBody: wire.openaiError,
  readStream(stream) {
    const events = eventsOf(stream).map(({ data }) => data);
    return {
      text: events.map((data) => data.choices?.[0]?.delta?.content ?? "").join(""),
      errors: events.flatMap((data) => data.error ?? []),
      complete: events.at(-1) === "[DONE]",
    };
  },
  readWhole: (answer) => answer.choices[0].message.content,
  errorType: (type) => type,
};

const responses: Protocol = {
  api: "openai-responses",
  path: "/v1/responses",
  body: (model, stream) => ({ model, input: QUESTION, stream }),
  frames: (text) => wire.responsesFrames(text),
  prelude: 4,
  whole: (text) => wire.responsesBody(text),
  errorFrame: wire.responsesFailedFrame,
  errorBody: wire.openaiError,
  readStream(stream) {
    const events = eventsOf(stream).map(({ data }) => data);
    const deltas = events.filter(({ type }) => type === "response.output_text.delta");
    const failed = events.filter(({ type }) => type === "response.failed" || type === "error");
    return {
      text: deltas.map(({ delta }) => delta).join(""),
      errors: failed.map((event) => event.response?.error ?? event),
      complete: events.some(({ type }) => type === "response.completed" || type === "response.failed"),
    };
  },
  readWhole: (answer) => answer.output[0].content[0].text,
  errorType: (type) => type,
};

const ANTHROPIC_TYPES: Readonly<Record<string, string>> = {
  insufficient_quota: "billing_error",
  unauthorized: "authentication_error",
};

const messages: Protocol = {
  api: "anthropic-messages",
  path: "/v1/messages",
  body: (model, stream) => ({
    model,
    max_tokens: 64,
    messages: [{ role: "user", content: QUESTION }],
    stream,
  }),
  frames: (text) => wire.messagesFrames(text),
  prelude: 3,
  whole: (text) => wire.messagesBody(text),
  errorFrame: wire.messagesErrorFrame,
  errorBody: wire.anthropicError,
  readStream(stream) {
    const events = eventsOf(stream);
    const deltas = events.filter(({ data }) => data.type === "content_block_delta");
    const failed = events.filter(({ name, data }) => name === "error" && data.type === "error");
    return {
      text: deltas.map(({ data }) => data.delta.text).join(""),
      errors: failed.map(({ data }) => data.error),
      complete: events.some(({ data }) => data.type === "message_stop" || data.type === "error"),
    };
  },
  readWhole: (answer) => answer.content[0].text,
  errorType: (type) => ANTHROPIC_TYPES[type] ?? type,
};

export const PROTOCOLS = { chat, responses, messages } as const;
export type ProtocolName = keyof typeof PROTOCOLS;
