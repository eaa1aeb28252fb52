// OpenAI responses. Facts: the public API reference; gateway spec §2 "responses".
import type { JsonObject } from "../core/json.ts";
import { isObject, parseObject } from "../core/json.ts";
import { readTokens, textOf } from "./json.ts";
import { faultOfResponses } from "./request-faults.ts";
import { forcedInResponses } from "./forced-call.ts";
import type { AnswerMarks, Collector, FrameVerdict, Refusal, Wire } from "./wire.ts";
import { PING } from "./wire.ts";

export const openaiResponses: Wire = {
  api: "openai-responses",
  endpoint: "/responses",
  headers: {},
  forwarded: ["openai-beta", "idempotency-key"],

  readFrame,
  errorInBody: (body) =>
    body["error"] && (body["status"] === "failed" || !body["output"]) ? body : undefined,
  endMarks: ['"response.completed"', '"response.incomplete"', "\ndata: [DONE]"],
  errorMarks: [Buffer.from("response.failed"), Buffer.from('"error"')],
  readUsage: (tail) => readTokens(tail, '"input_tokens"', '"output_tokens"'),

  conversation(body) {
    const input = Array.isArray(body["input"]) ? body["input"].filter(isObject) : [];
    const first = input.find((item) => item["role"] === "user");
    const user = body["prompt_cache_key"] ?? body["user"];
    return {
      ...(typeof user === "string" && user ? { user } : {}),
      system: textOf(body["instructions"]),
      firstMessage: typeof body["input"] === "string" ? body["input"] : textOf(first?.["content"]),
    };
  },
  withBefore(body, before) {
    const { input } = body;
    const now = typeof input === "string" ? [{ role: "user", content: input }] : input;
    return { ...body, input: [...before, ...(Array.isArray(now) ? now : [])] };
  },
  faultOf: faultOfResponses,
  forcedCall: forcedInResponses,
  agentRequest: ({ user: _user, ...body }, model) => ({ ...body, model, stream: true }),
  ping: (model, maxTokens) => ({
    model,
    input: PING,
    max_output_tokens: Math.max(maxTokens, FEWEST_TOKENS),
    stream: true,
  }),
  lastFrame: "data: [DONE]",
  rewriteFrame(event, data, marks) {
    if (data === "[DONE]") return "data: [DONE]";
    const frame = parseObject(data);
    if (!frame) return undefined;
    const response = isObject(frame["response"]) ? { response: marked(frame["response"], marks) } : {};
    const name = event ?? frame["type"];
    return `${typeof name === "string" ? `event: ${name}\n` : ""}data: ${JSON.stringify({ ...frame, ...response })}`;
  },
  collector,
  mark: marked,

  errorBody,
  errorFrames,
};

/** The protocol refuses to be asked for less. */
const FEWEST_TOKENS = 16;

const marksOf = (marks: AnswerMarks) => ({ id: `resp_${marks.runId}`, model: marks.model });

function marked(response: JsonObject, marks: AnswerMarks): JsonObject {
  const { output } = response;
  return {
    ...response,
    ...(Array.isArray(output) && output.length > 0 ? { output: withPhases(output) } : {}),
    ...marksOf(marks),
  };
}

/** What was said before a call of a tool is no final answer. */
function withPhases(output: readonly unknown[]): unknown[] {
  const phase = output.some((item) => isObject(item) && item["type"] === "function_call")
    ? "commentary"
    : "final_answer";
  return output.map((item) =>
    isObject(item) && item["type"] === "message" && !item["phase"] ? { ...item, phase } : item,
  );
}

/** Once a provider was asked there is a response, and it failed: OpenClaw's clients look there, SDKs at the error. */
function errorBody(refusal: Refusal) {
  const error = { message: refusal.message, type: refusal.type, ...refusal.details };
  if (!refusal.tried) return { error };
  return { id: NO_RESPONSE, object: "response", status: "failed", error: { code: refusal.type, ...error } };
}

const NO_RESPONSE = "resp_failed";

const frameOf = (type: string, response: JsonObject) =>
  `event: ${type}\ndata: ${JSON.stringify({ type, response })}\n\n`;

/** The failed response is the one that the stream began; clients refuse any other. */
function errorFrames(refusal: Refusal, opening = ""): string {
  const begun = /"id"\s*:\s*"([^"]+)"/.exec(opening)?.[1];
  const response = { id: begun ?? NO_RESPONSE, object: "response" };
  const created =
    begun === undefined
      ? frameOf("response.created", { ...response, status: "in_progress", output: [] })
      : "";
  const error = { code: refusal.type, message: refusal.message, ...refusal.details };
  return created + frameOf("response.failed", { ...response, status: "failed", error });
}

/** Events that only announce what is to come. */
const PRELUDE = new Set([
  "response.created",
  "response.queued",
  "response.in_progress",
  "response.output_item.added",
  "response.content_part.added",
  "response.reasoning_summary_part.added",
  "keepalive",
]);

function readFrame(event: string | undefined, data: string): FrameVerdict {
  if (data === "[DONE]") return "end";
  const frame = parseObject(data);
  if (!frame) return "prelude";
  const type = typeof frame["type"] === "string" ? frame["type"] : event;
  if (type === "error" || type === "response.failed" || (frame["error"] && !type)) return { error: frame };
  if (type === "response.completed" || type === "response.incomplete") return "end";
  return type === undefined || PRELUDE.has(type) ? "prelude" : "content";
}

/** The last event of a stream holds the whole response. */
function collector(): Collector {
  let response: JsonObject = {};
  return {
    add(_event, data) {
      const frame = parseObject(data);
      if (isObject(frame?.["response"])) response = frame["response"];
    },
    result: (marks) => marked(response, marks),
  };
}
