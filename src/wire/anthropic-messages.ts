// Anthropic messages. Facts: the public API reference (streaming events, errors).
import type { JsonObject } from "../core/json.ts";
import { isObject, parseObject } from "../core/json.ts";
import { readTokens, listFault, messagesBehind, messagesOf, numberFault, textOf } from "./json.ts";
import type { AnswerMarks, Collector, FrameVerdict, Refusal, Wire } from "./wire.ts";
import { PING } from "./wire.ts";

export const anthropicMessages: Wire = {
  api: "anthropic-messages",
  endpoint: "/v1/messages",
  headers: { "anthropic-version": "2023-06-01" },
  forwarded: ["anthropic-version", "anthropic-beta", "idempotency-key"],

  readFrame,
  errorInBody: (body) => (body["type"] === "error" || (body["error"] && !body["content"]) ? body : undefined),
  endMarks: ['"message_stop"', '"stop_reason":"', '"stop_reason": "'],
  errorMarks: [Buffer.from('"error"')],
  readUsage: (tail) => readTokens(tail, '"input_tokens"', '"output_tokens"'),

  conversation(body) {
    const first = messagesOf(body).find((message) => message["role"] === "user");
    const metadata = isObject(body["metadata"]) ? body["metadata"]["user_id"] : undefined;
    return {
      ...(typeof metadata === "string" && metadata ? { user: metadata } : {}),
      system: textOf(body["system"]),
      firstMessage: textOf(first?.["content"]),
    };
  },
  withBefore: messagesBehind,
  faultOf(body) {
    const messages = body["messages"];
    if (!Array.isArray(messages) || messages.length === 0)
      return "messages must be a list with at least one message.";
    if (!messages.every(isObject)) return "Each of the messages must be an object with a role and content.";
    return (
      numberFault(body, "temperature", 0, 1) ?? numberFault(body, "top_p", 0, 1) ?? listFault(body, "tools")
    );
  },
  agentRequest: ({ metadata: _metadata, ...body }, model) => ({ ...body, model, stream: true }),
  ping: (model, maxTokens) => ({
    model,
    messages: [{ role: "user", content: PING }],
    max_tokens: maxTokens,
    stream: true,
  }),
  lastFrame: 'event: message_stop\ndata: {"type":"message_stop"}',
  rewriteFrame(event, data, marks) {
    const frame = parseObject(data);
    if (!frame) return undefined;
    const message = isObject(frame["message"]) ? { message: { ...frame["message"], ...marksOf(marks) } } : {};
    const name = event ?? frame["type"];
    return `${typeof name === "string" ? `event: ${name}\n` : ""}data: ${JSON.stringify({ ...frame, ...message })}`;
  },
  collector,
  mark: (answer, marks) => ({ ...answer, ...marksOf(marks) }),

  errorBody,
  errorFrames: (refusal) => `event: error\ndata: ${JSON.stringify(errorBody(refusal))}\n\n`,
};

const marksOf = (marks: AnswerMarks) => ({ id: `msg_${marks.runId}`, model: marks.model });

/** The types of this protocol, by the protocol-neutral ones. */
const ERROR_TYPES: Readonly<Record<string, string>> = {
  unauthorized: "authentication_error",
  insufficient_quota: "billing_error",
  rate_limited: "rate_limit_error",
};

function errorBody(refusal: Refusal) {
  const type =
    refusal.status === 404 ? "not_found_error" : refusal.status === 529 ? "overloaded_error" : undefined;
  const error = { type: type ?? ERROR_TYPES[refusal.type] ?? refusal.type, message: refusal.message };
  return { type: "error", error: { ...error, ...refusal.details } };
}

function readFrame(event: string | undefined, data: string): FrameVerdict {
  const frame = parseObject(data);
  if (!frame) return "prelude";
  const type = typeof frame["type"] === "string" ? frame["type"] : event;
  if (type === "error" || (frame["error"] && !type)) return { error: frame };
  if (type === "message_stop") return "end";
  return type === "content_block_delta" || type === "message_delta" ? "content" : "prelude";
}

/** One content block while it is being streamed. */
interface Block {
  readonly fields: Record<string, unknown>;
  /** a tool's input as text */
  input: string;
}

/** Joins the events of a stream into one message. */
function collector(): Collector {
  let message: JsonObject = {};
  /** by the index that the provider gives, in order of appearance */
  const blocks = new Map<number, Block>();

  function addDelta(index: number, delta: JsonObject): void {
    const block = blocks.get(index) ?? { fields: { type: "text", text: "" }, input: "" };
    blocks.set(index, block);
    if (delta["type"] === "input_json_delta") block.input += textIn(delta, "partial_json");
    for (const field of ["text", "thinking", "signature"])
      if (delta[field] !== undefined)
        block.fields[field] = textIn(block.fields, field) + textIn(delta, field);
  }

  return {
    add(_event, data) {
      const frame = parseObject(data);
      const index = typeof frame?.["index"] === "number" ? frame["index"] : 0;
      if (isObject(frame?.["message"])) message = frame["message"];
      const started = frame?.["content_block"];
      if (isObject(started)) blocks.set(index, { fields: { ...started }, input: "" });
      if (frame?.["type"] === "message_delta") message = withDelta(message, frame);
      else if (isObject(frame?.["delta"])) addDelta(index, frame["delta"]);
    },
    result: (marks) => ({ ...message, ...marksOf(marks), content: [...blocks.values()].map(contentOf) }),
  };
}

const textIn = (fields: JsonObject, field: string): string =>
  typeof fields[field] === "string" ? fields[field] : "";

const contentOf = ({ fields, input }: Block): JsonObject =>
  fields["type"] === "tool_use" ? { ...fields, input: parseObject(input || "{}") ?? {} } : fields;

function withDelta(message: JsonObject, frame: JsonObject): JsonObject {
  const delta = isObject(frame["delta"]) ? frame["delta"] : {};
  const before = isObject(message["usage"]) ? message["usage"] : {};
  const after = isObject(frame["usage"]) ? frame["usage"] : {};
  return { ...message, ...delta, usage: { ...before, ...after } };
}
