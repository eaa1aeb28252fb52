// OpenAI chat completions. Facts: the public API reference; gateway spec §2 "chat/completions".
import type { JsonObject } from "../core/json.ts";
import { isObject, parseObject } from "../core/json.ts";
import { forcedInCompletions } from "./forced-call.ts";
import { isInstruction, messagesBehind, messagesOf, readTokens, textOf } from "./json.ts";
import { faultOfCompletions } from "./request-faults.ts";
import type { AnswerMarks, Collector, FrameVerdict, Refusal, Wire } from "./wire.ts";
import { PING } from "./wire.ts";

export const openaiCompletions: Wire = {
  api: "openai-completions",
  endpoint: "/chat/completions",
  headers: {},
  forwarded: ["openai-beta", "idempotency-key"],

  readFrame,
  errorInBody: (body) =>
    (body["error"] && !Array.isArray(body["choices"])) || failsInBase(body) ? body : undefined,
  endMarks: ["\ndata: [DONE]", "\ndata:[DONE]", '"finish_reason":"', '"finish_reason": "'],
  errorMarks: [Buffer.from('"error"')],
  readUsage: (tail) => readTokens(tail, '"prompt_tokens"', '"completion_tokens"'),

  conversation(body) {
    const messages = messagesOf(body);
    const system = messages.filter(isInstruction).map((message) => textOf(message["content"]));
    const first = messages.find((message) => message["role"] === "user");
    const user = body["user"] ?? body["prompt_cache_key"];
    return {
      ...(typeof user === "string" && user ? { user } : {}),
      system: system.join("\n"),
      firstMessage: textOf(first?.["content"]),
    };
  },
  withBefore: messagesBehind,
  faultOf: faultOfCompletions,
  forcedCall: forcedInCompletions,
  agentRequest,
  ping: (model, maxTokens) => ({
    model,
    messages: [{ role: "user", content: PING }],
    max_tokens: maxTokens,
    stream: true,
  }),
  lastFrame: "data: [DONE]",
  rewriteFrame(_event, data, marks, body) {
    if (data === "[DONE]") return "data: [DONE]";
    const chunk = parseObject(data);
    if (!chunk) return undefined;
    const wantsUsage = isObject(body["stream_options"]) && body["stream_options"]["include_usage"] === true;
    if (!wantsUsage && Array.isArray(chunk["choices"]) && chunk["choices"].length === 0) return undefined;
    return `data: ${JSON.stringify({ ...chunk, ...marksOf(marks) })}`;
  },
  collector,
  mark: (answer, marks) => ({ ...answer, ...marksOf(marks) }),

  errorBody,
  errorFrames: (refusal) => `data: ${JSON.stringify(errorBody(refusal))}\n\ndata: [DONE]\n\n`,
};

const marksOf = (marks: AnswerMarks) => ({ id: `chatcmpl_${marks.runId}`, model: marks.model });

function errorBody(refusal: Refusal) {
  return { error: { message: refusal.message, type: refusal.type, ...refusal.details } };
}

/** Some vendors tell errors as `base_resp.status_code` in an answer that is otherwise one of this wire. */
function failsInBase(body: JsonObject): boolean {
  const base = body["base_resp"];
  return isObject(base) && typeof base["status_code"] === "number" && base["status_code"] !== 0;
}

function readFrame(_event: string | undefined, data: string): FrameVerdict {
  if (data === "[DONE]") return "end";
  const chunk = parseObject(data);
  if (!chunk) return "prelude";
  if (chunk["error"]) return { error: chunk };
  const choices = Array.isArray(chunk["choices"]) ? chunk["choices"].filter(isObject) : [];
  return choices.some((choice) => choice["finish_reason"] || hasContent(choice["delta"]))
    ? "content"
    : "prelude";
}

/** Anything in a delta besides its role counts: text, refusals, reasoning under any vendor's name, tools. */
const hasContent = (delta: unknown): boolean =>
  isObject(delta) &&
  Object.entries(delta).some(
    ([key, value]) => key !== "role" && value !== null && value !== "" && !isEmptyList(value),
  );

const isEmptyList = (value: unknown) => Array.isArray(value) && value.length === 0;

function agentRequest(body: JsonObject, model: string): JsonObject {
  const { max_tokens: maxTokens, user: _user, ...rest } = body;
  const options = isObject(body["stream_options"]) ? body["stream_options"] : {};
  return {
    ...rest,
    model,
    stream: true,
    stream_options: { ...options, include_usage: true },
    ...(maxTokens === undefined || "max_completion_tokens" in rest
      ? {}
      : { max_completion_tokens: maxTokens }),
  };
}

interface ToolCall {
  id?: string;
  type: "function";
  function: { name: string; arguments: string };
}

/** Joins the chunks of one streamed choice into a `chat.completion`. */
function collector(): Collector {
  const message: { role: string; content: string | null } = {
    role: "assistant",
    content: null,
  };
  const extras: Record<string, string> = {};
  /** by the index that the provider gives, in order of appearance */
  const calls = new Map<number, ToolCall>();
  let finish: unknown = "stop";
  let base: JsonObject = {};
  let usage: unknown;

  function addDelta(delta: JsonObject): void {
    for (const [key, value] of Object.entries(delta)) {
      if (key === "content" && typeof value === "string") message.content = (message.content ?? "") + value;
      else if (key === "tool_calls" && Array.isArray(value)) value.filter(isObject).forEach(addToolCall);
      else if (key !== "role" && typeof value === "string") extras[key] = (extras[key] ?? "") + value;
    }
  }
  function addToolCall(part: JsonObject): void {
    const index = typeof part["index"] === "number" ? part["index"] : calls.size;
    const call = calls.get(index) ?? { type: "function", function: { name: "", arguments: "" } };
    calls.set(index, call);
    const piece = isObject(part["function"]) ? part["function"] : {};
    if (typeof part["id"] === "string") call.id = part["id"];
    if (typeof piece["name"] === "string") call.function.name += piece["name"];
    if (typeof piece["arguments"] === "string") call.function.arguments += piece["arguments"];
  }

  return {
    add(_event, data) {
      const chunk = parseObject(data);
      if (!chunk) return;
      base = { created: chunk["created"] ?? base["created"] };
      usage = chunk["usage"] ?? usage;
      const choice = Array.isArray(chunk["choices"]) ? chunk["choices"].find(isObject) : undefined;
      if (isObject(choice?.["delta"])) addDelta(choice["delta"]);
      finish = choice?.["finish_reason"] ?? finish;
    },
    result: (marks) => ({
      ...marksOf(marks),
      object: "chat.completion",
      ...base,
      choices: [
        {
          index: 0,
          message: {
            ...message,
            ...extras,
            ...(calls.size === 0 ? {} : { tool_calls: [...calls.values()] }),
          },
          finish_reason: finish,
        },
      ],
      ...(usage ? { usage } : {}),
    }),
  };
}
