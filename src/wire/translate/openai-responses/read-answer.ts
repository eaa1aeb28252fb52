// A provider's response, streamed or whole. Facts: the public API reference (streaming events).
import type { JsonObject } from "../../../core/json.ts";
import { isObject, parseObject } from "../../../core/json.ts";
import { tokenCount } from "../../json.ts";
import type { AnswerEvent, FinishReason, TokenUsage } from "../neutral.ts";
import { unfoldSignature } from "../signature.ts";
import { fittingId } from "../tool-ids.ts";
import type { AnswerReader, NewId } from "../translator.ts";
import { API } from "./names.ts";

export function reader(newId: NewId): AnswerReader {
  let response: JsonObject = {};
  /** output indexes of which pieces came */
  const told = new Set<number>();
  /** output indexes of the calls that were begun */
  const begun = new Set<number>();

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
    const events = itemEvents(item, index, newId);
    // What was told in pieces is not new: only the proof of reasoning is.
    const fresh = told.has(index) ? events.filter(({ kind }) => kind === "signature") : events;
    return fresh.filter(({ kind }) => kind !== "tool" || isFirst(index));
  };
  const isFirst = (index: number): boolean => !begun.has(index) && begun.add(index).has(index);
  return {
    add(event, data) {
      const frame = parseObject(data);
      if (!frame) return [];
      switch (frame["type"] ?? event) {
        case "response.output_item.added": {
          const call = isObject(frame["item"]) ? callOf(frame["item"], indexOf(frame), newId) : undefined;
          return call && isFirst(indexOf(frame)) ? [call] : [];
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
    end: () => [finish(response, begun.size > 0)],
  };
}

const indexOf = (frame: JsonObject): number =>
  typeof frame["output_index"] === "number" ? frame["output_index"] : 0;

export function readAnswer(body: JsonObject, newId: NewId): readonly AnswerEvent[] {
  const output = Array.isArray(body["output"]) ? body["output"].filter(isObject) : [];
  const called = output.some((item) => item["type"] === "function_call");
  return [...output.flatMap((item, i) => itemEvents(item, i, newId)), finish(body, called)];
}

function callOf(item: JsonObject, index: number, newId: NewId): AnswerEvent | undefined {
  if (item["type"] !== "function_call") return undefined;
  const given = item["call_id"] ?? item["id"];
  const id = typeof given === "string" && given !== "" ? fittingId(given) : newId();
  return { kind: "tool", index, id, name: typeof item["name"] === "string" ? item["name"] : "" };
}

function itemEvents(item: JsonObject, index: number, newId: NewId): AnswerEvent[] {
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
      return [callOf(item, index, newId)!, ...given];
    }
    default:
      return [];
  }
}

function reasoningEvents(item: JsonObject): AnswerEvent[] {
  const shown = [...partsOf(item["summary"]), ...partsOf(item["content"])];
  const proof = item["encrypted_content"];
  const id = typeof item["id"] === "string" ? item["id"] : "";
  const words = shown.map(({ text }) => (typeof text === "string" ? text : ""));
  return [
    ...textEvent("thinking", words.join("\n\n")),
    ...(typeof proof === "string" && unfoldSignature(proof, API).value !== ""
      ? [{ kind: "signature", signature: { api: API, value: `${id}:${proof}` } } as const]
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
  const cacheRead = tokenCount(input["cached_tokens"]);
  const cacheWrite = tokenCount(input["cache_write_tokens"]);
  const reasoning = tokenCount(output["reasoning_tokens"]);
  return {
    input: tokenCount(value["input_tokens"]) ?? 0,
    output: tokenCount(value["output_tokens"]) ?? 0,
    ...(cacheRead === undefined ? {} : { cacheRead }),
    ...(cacheWrite === undefined ? {} : { cacheWrite }),
    ...(reasoning === undefined ? {} : { reasoning }),
  };
}
