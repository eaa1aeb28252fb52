// A Converse answer, streamed or whole. Facts: the public Amazon Bedrock API reference.
import type { JsonObject } from "../../../core/json.ts";
import { isObject, parseObject } from "../../../core/json.ts";
import { tokenCount } from "../../json.ts";
import type { AnswerEvent, FinishReason, TokenUsage } from "../neutral.ts";
import { argumentsText } from "../tool-arguments.ts";
import { fittingId } from "../tool-ids.ts";
import type { AnswerReader, NewId } from "../translator.ts";
import { API, REDACTED } from "./names.ts";

export function reader(newId: NewId): AnswerReader {
  let stop: JsonObject = {};
  let usage: TokenUsage | undefined;
  return {
    add(event, data) {
      const frame = parseObject(data) ?? {};
      const index = tokenCount(frame["contentBlockIndex"]) ?? 0;
      switch (event) {
        case "contentBlockStart":
          return callStart(objectIn(objectIn(frame, "start"), "toolUse"), index, newId);
        case "contentBlockDelta":
          return deltaEvents(objectIn(frame, "delta") ?? {}, index);
        case "messageStop":
          stop = frame;
          return [];
        case "metadata":
          usage = usageOf(frame["usage"]);
          return [];
        default:
          return [];
      }
    },
    end: () => [finishOf(stop, usage)],
  };
}

const objectIn = (value: JsonObject | undefined, field: string): JsonObject | undefined => {
  const inner = value?.[field];
  return isObject(inner) ? inner : undefined;
};

function callStart(call: JsonObject | undefined, index: number, newId: NewId): AnswerEvent[] {
  if (!call) return [];
  const { toolUseId, name } = call;
  const id = typeof toolUseId === "string" && toolUseId !== "" ? fittingId(toolUseId) : newId();
  return [{ kind: "tool", index, id, name: typeof name === "string" ? name : "" }];
}

function deltaEvents(delta: JsonObject, index: number): AnswerEvent[] {
  const reasoning = objectIn(delta, "reasoningContent");
  const input = objectIn(delta, "toolUse")?.["input"];
  return [
    ...reasoningEvents(reasoning),
    ...textEvent("text", delta["text"]),
    ...(typeof input === "string" && input !== ""
      ? [{ kind: "arguments" as const, index, text: input }]
      : []),
  ];
}

const textEvent = (kind: "text" | "thinking", text: unknown): AnswerEvent[] =>
  typeof text === "string" && text !== "" ? [{ kind, text }] : [];

function reasoningEvents(reasoning: JsonObject | undefined): AnswerEvent[] {
  if (!reasoning) return [];
  const { signature, redactedContent } = reasoning;
  return [
    ...textEvent("thinking", reasoning["text"]),
    ...signatureEvent(API, signature),
    ...signatureEvent(REDACTED, redactedContent),
  ];
}

const signatureEvent = (api: string, value: unknown): AnswerEvent[] =>
  typeof value === "string" && value !== "" ? [{ kind: "signature", signature: { api, value } }] : [];

export function readAnswer(body: JsonObject, newId: NewId): readonly AnswerEvent[] {
  const content = objectIn(objectIn(body, "output"), "message")?.["content"];
  const blocks = Array.isArray(content) ? content.filter(isObject) : [];
  return [
    ...blocks.flatMap((block, index) => blockEvents(block, index, newId)),
    finishOf(body, usageOf(body["usage"])),
  ];
}

function blockEvents(block: JsonObject, index: number, newId: NewId): AnswerEvent[] {
  const call = objectIn(block, "toolUse");
  const reasoning = objectIn(block, "reasoningContent");
  if (call)
    return [
      ...callStart(call, index, newId),
      { kind: "arguments", index, text: argumentsText(call["input"]) },
    ];
  if (reasoning) return reasoningEvents({ ...reasoning, ...objectIn(reasoning, "reasoningText") });
  return textEvent("text", block["text"]);
}

const REASONS: ReadonlyMap<unknown, FinishReason> = new Map([
  ["end_turn", "stop"],
  ["stop_sequence", "stop"],
  ["tool_use", "tool_calls"],
  ["max_tokens", "length"],
  ["model_context_window_exceeded", "length"],
  ["guardrail_intervened", "content_filter"],
  ["content_filtered", "content_filter"],
]);

function finishOf(stop: JsonObject, usage: TokenUsage | undefined): AnswerEvent {
  const which = objectIn(stop, "additionalModelResponseFields")?.["stop_sequence"];
  return {
    kind: "finish",
    reason: REASONS.get(stop["stopReason"]) ?? "stop",
    ...(usage ? { usage } : {}),
    ...(stop["stopReason"] === "stop_sequence" && typeof which === "string" ? { stopSequence: which } : {}),
  };
}

/** Cached tokens are counted apart here, and belong to the input elsewhere. */
function usageOf(value: unknown): TokenUsage | undefined {
  if (!isObject(value)) return undefined;
  const cacheRead = tokenCount(value["cacheReadInputTokens"]);
  const cacheWrite = tokenCount(value["cacheWriteInputTokens"]);
  return {
    input: (tokenCount(value["inputTokens"]) ?? 0) + (cacheRead ?? 0) + (cacheWrite ?? 0),
    output: tokenCount(value["outputTokens"]) ?? 0,
    ...(cacheRead === undefined ? {} : { cacheRead }),
    ...(cacheWrite === undefined ? {} : { cacheWrite }),
  };
}
