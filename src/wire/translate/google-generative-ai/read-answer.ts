// A generateContent answer, streamed or whole. Facts: the public Gemini API reference.
import type { JsonObject } from "../../../core/json.ts";
import { isObject, parseObject } from "../../../core/json.ts";
import type { AnswerEvent, FinishReason, TokenUsage } from "../neutral.ts";
import type { AnswerReader, NewId } from "../translator.ts";

export function reader(newId: NewId): AnswerReader {
  let reason: FinishReason = "stop";
  let usage: TokenUsage | undefined;
  let calls = 0;
  return {
    add(_event, data) {
      const chunk = parseObject(data);
      if (!chunk) return [];
      usage = usageOf(chunk["usageMetadata"]) ?? usage;
      reason = reasonOf(chunk) ?? reason;
      const events = partsIn(chunk).flatMap((part): AnswerEvent[] => {
        const call = callEvents(part, calls, newId);
        if (call.length > 0) calls++;
        return call.length > 0 ? call : textEvents(part);
      });
      return events;
    },
    end: () => [
      {
        kind: "finish",
        reason: calls > 0 && reason === "stop" ? "tool_calls" : reason,
        ...(usage ? { usage } : {}),
      },
    ],
  };
}

/** A whole answer is one chunk of a stream. */
export function readAnswer(body: JsonObject, newId: NewId): readonly AnswerEvent[] {
  const whole = reader(newId);
  return [...whole.add(undefined, JSON.stringify(body)), ...whole.end()];
}

const candidateOf = (chunk: JsonObject): JsonObject =>
  (Array.isArray(chunk["candidates"]) ? chunk["candidates"].find(isObject) : undefined) ?? {};

function partsIn(chunk: JsonObject): JsonObject[] {
  const { content } = candidateOf(chunk);
  return isObject(content) && Array.isArray(content["parts"]) ? content["parts"].filter(isObject) : [];
}

function callEvents(part: JsonObject, index: number, newId: NewId): AnswerEvent[] {
  const call = part["functionCall"];
  if (!isObject(call)) return [];
  const id = typeof call["id"] === "string" && call["id"] !== "" ? call["id"] : newId();
  return [
    { kind: "tool", index, id, name: String(call["name"] ?? "") },
    { kind: "arguments", index, text: JSON.stringify(call["args"] ?? {}) },
  ];
}

function textEvents(part: JsonObject): AnswerEvent[] {
  const { text } = part;
  if (typeof text !== "string" || text === "") return [];
  return [{ kind: part["thought"] === true ? "thinking" : "text", text }];
}

const REASONS: Readonly<Record<string, FinishReason>> = {
  STOP: "stop",
  MAX_TOKENS: "length",
  SAFETY: "content_filter",
  RECITATION: "content_filter",
  BLOCKLIST: "content_filter",
  PROHIBITED_CONTENT: "content_filter",
  SPII: "content_filter",
  IMAGE_SAFETY: "content_filter",
};

function reasonOf(chunk: JsonObject): FinishReason | undefined {
  const feedback = chunk["promptFeedback"];
  if (isObject(feedback) && feedback["blockReason"] !== undefined) return "content_filter";
  const reason = candidateOf(chunk)["finishReason"];
  return typeof reason === "string" ? (REASONS[reason] ?? "stop") : undefined;
}

/** Thoughts are counted apart here, and belong to the output elsewhere. */
function usageOf(value: unknown): TokenUsage | undefined {
  if (!isObject(value)) return undefined;
  const reasoning = count(value["thoughtsTokenCount"]);
  const cacheRead = count(value["cachedContentTokenCount"]);
  return {
    input: (count(value["promptTokenCount"]) ?? 0) + (count(value["toolUsePromptTokenCount"]) ?? 0),
    output: (count(value["candidatesTokenCount"]) ?? 0) + (reasoning ?? 0),
    ...(cacheRead === undefined ? {} : { cacheRead }),
    ...(reasoning === undefined ? {} : { reasoning }),
  };
}

const count = (value: unknown): number | undefined =>
  typeof value === "number" && value >= 0 ? value : undefined;
