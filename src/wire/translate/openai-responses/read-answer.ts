// A provider's response, streamed or whole. Facts: the public API reference (streaming events).
import type { JsonObject } from "../../../core/json.ts";
import { isObject, parseObject } from "../../../core/json.ts";
import type { AnswerEvent, FinishReason, TokenUsage } from "../neutral.ts";
import type { AnswerReader } from "../translator.ts";
import { API } from "./names.ts";

export function reader(): AnswerReader {
  let response: JsonObject = {};
  /** output indexes of which pieces came */
  const told = new Set<number>();
  let called = false;

  const piece = (frame: JsonObject, kind: "text" | "thinking" | "refusal" | "arguments"): AnswerEvent[] => {
    const text = frame["delta"];
    if (typeof text !== "string" || text === "") return [];
    const index = indexOf(frame);
    told.add(index);
    return kind === "arguments" ? [{ kind, index, text }] : [{ kind, text }];
  };
  const done = (frame: JsonObject): AnswerEvent[] => {
    const item = isObject(frame["item"]) ? frame["item"] : {};
    const index = indexOf(frame);
    const events = itemEvents(item, index);
    if (!told.has(index)) return events.filter(({ kind }) => kind !== "tool");
    // The pieces were told: only the proof of reasoning is new.
    return events.filter(({ kind }) => kind === "signature");
  };
  return {
    add(event, data) {
      const frame = parseObject(data);
      if (!frame) return [];
      switch (frame["type"] ?? event) {
        case "response.output_item.added": {
          const call = isObject(frame["item"]) ? callOf(frame["item"], indexOf(frame)) : undefined;
          called ||= call !== undefined;
          return call ? [call] : [];
        }
        case "response.output_text.delta":
          return piece(frame, "text");
        case "response.refusal.delta":
          return piece(frame, "refusal");
        case "response.reasoning_summary_text.delta":
        case "response.reasoning_text.delta":
          return piece(frame, "thinking");
        case "response.reasoning_summary_part.added":
          return told.has(indexOf(frame)) ? [{ kind: "thinking", text: "\n\n" }] : [];
        case "response.function_call_arguments.delta":
          return piece(frame, "arguments");
        case "response.output_item.done":
          return done(frame);
        case "response.completed":
        case "response.incomplete":
          if (isObject(frame["response"])) response = frame["response"];
          return [];
        default:
          return [];
      }
    },
    end: () => [finish(response, called)],
  };
}

const indexOf = (frame: JsonObject): number =>
  typeof frame["output_index"] === "number" ? frame["output_index"] : 0;

export function readAnswer(body: JsonObject): readonly AnswerEvent[] {
  const output = Array.isArray(body["output"]) ? body["output"].filter(isObject) : [];
  const called = output.some((item) => item["type"] === "function_call");
  return [...output.flatMap((item, i) => itemEvents(item, i)), finish(body, called)];
}

function callOf(item: JsonObject, index: number): AnswerEvent | undefined {
  if (item["type"] !== "function_call") return undefined;
  const id = String(item["call_id"] ?? item["id"] ?? `call_${index}`);
  return { kind: "tool", index, id, name: String(item["name"] ?? "") };
}

function itemEvents(item: JsonObject, index: number): AnswerEvent[] {
  switch (item["type"]) {
    case "message":
      return partsOf(item["content"]).flatMap((part) => [
        ...textEvent("text", part["text"]),
        ...textEvent("refusal", part["refusal"]),
      ]);
    case "reasoning":
      return reasoningEvents(item);
    case "function_call": {
      const text = item["arguments"];
      const given =
        typeof text === "string" && text !== "" ? [{ kind: "arguments", index, text } as const] : [];
      return [callOf(item, index)!, ...given];
    }
    default:
      return [];
  }
}

function reasoningEvents(item: JsonObject): AnswerEvent[] {
  const shown = [...partsOf(item["summary"]), ...partsOf(item["content"])];
  const proof = item["encrypted_content"];
  const value = `${String(item["id"] ?? "")}:${String(proof)}`;
  return [
    ...textEvent("thinking", shown.map((part) => String(part["text"] ?? "")).join("\n\n")),
    ...(typeof proof === "string" && proof !== ""
      ? [{ kind: "signature", signature: { api: API, value } } as const]
      : []),
  ];
}

const partsOf = (parts: unknown): JsonObject[] => (Array.isArray(parts) ? parts.filter(isObject) : []);

const textEvent = (kind: "text" | "refusal" | "thinking", text: unknown): AnswerEvent[] =>
  typeof text === "string" && text !== "" ? [{ kind, text }] : [];

function finish(response: JsonObject, called: boolean): AnswerEvent {
  const details = isObject(response["incomplete_details"]) ? response["incomplete_details"] : {};
  const usage = usageOf(response["usage"]);
  return {
    kind: "finish",
    reason: reasonOf(response, details["reason"], called),
    ...(usage ? { usage } : {}),
  };
}

function reasonOf(response: JsonObject, why: unknown, called: boolean): FinishReason {
  if (response["status"] === "incomplete") return why === "content_filter" ? "content_filter" : "length";
  return called ? "tool_calls" : "stop";
}

function usageOf(value: unknown): TokenUsage | undefined {
  if (!isObject(value)) return undefined;
  const input = isObject(value["input_tokens_details"]) ? value["input_tokens_details"] : {};
  const output = isObject(value["output_tokens_details"]) ? value["output_tokens_details"] : {};
  const cacheRead = count(input["cached_tokens"]);
  const reasoning = count(output["reasoning_tokens"]);
  return {
    input: count(value["input_tokens"]) ?? 0,
    output: count(value["output_tokens"]) ?? 0,
    ...(cacheRead === undefined ? {} : { cacheRead }),
    ...(reasoning === undefined ? {} : { reasoning }),
  };
}

const count = (value: unknown): number | undefined =>
  typeof value === "number" && value >= 0 ? value : undefined;
