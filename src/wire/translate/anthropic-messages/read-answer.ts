// A provider's message, streamed or whole. Facts: the public API reference (streaming events).
import type { JsonObject } from "../../../core/json.ts";
import { isObject, parseObject } from "../../../core/json.ts";
import { tokenCount } from "../../json.ts";
import type { AnswerEvent, FinishReason, TokenUsage } from "../neutral.ts";
import { argumentsText } from "../tool-arguments.ts";
import { fittingId } from "../tool-ids.ts";
import type { AnswerReader, NewId } from "../translator.ts";
import { API, REDACTED } from "./names.ts";

export function reader(newId: NewId): AnswerReader {
  let usage: JsonObject = {};
  let stop: JsonObject = {};
  const signatures = new Map<unknown, string>();

  const delta = (frame: JsonObject): readonly AnswerEvent[] => {
    const piece = isObject(frame["delta"]) ? frame["delta"] : {};
    const index = indexOf(frame);
    switch (piece["type"]) {
      case "text_delta":
        return text("text", piece["text"]);
      case "thinking_delta":
        return text("thinking", piece["thinking"]);
      case "input_json_delta":
        return typeof piece["partial_json"] === "string" && piece["partial_json"] !== ""
          ? [{ kind: "arguments", index, text: piece["partial_json"] }]
          : NOTHING;
      case "signature_delta":
        if (typeof piece["signature"] === "string")
          signatures.set(index, (signatures.get(index) ?? "") + piece["signature"]);
        return NOTHING;
      default:
        return NOTHING;
    }
  };
  return {
    add(_event, data) {
      const frame = parseObject(data);
      switch (frame?.["type"]) {
        case "message_start":
          if (isObject(frame["message"])) usage = { ...usage, ...counts(frame["message"]["usage"]) };
          return NOTHING;
        case "content_block_start":
          return isObject(frame["content_block"])
            ? opening(frame["content_block"], indexOf(frame), newId)
            : NOTHING;
        case "content_block_delta":
          return delta(frame);
        case "content_block_stop": {
          const value = signatures.get(indexOf(frame));
          signatures.delete(indexOf(frame));
          return value ? [{ kind: "signature", signature: { api: API, value } }] : NOTHING;
        }
        case "message_delta":
          if (isObject(frame["delta"])) stop = frame["delta"];
          usage = { ...usage, ...counts(frame["usage"]) };
          return NOTHING;
        default:
          return NOTHING;
      }
    },
    end: () => [finish(stop, usage)],
  };
}

const NOTHING: readonly AnswerEvent[] = [];

const indexOf = (frame: JsonObject): number => (typeof frame["index"] === "number" ? frame["index"] : 0);

const text = (kind: "text" | "thinking", value: unknown): readonly AnswerEvent[] =>
  typeof value === "string" && value !== "" ? [{ kind, text: value }] : NOTHING;

/** Numbers only: a later event repeats some counts and leaves others empty. */
const counts = (value: unknown): JsonObject =>
  isObject(value) ? Object.fromEntries(Object.entries(value).filter(([, each]) => each !== null)) : {};

/** A block as it begins: most begin empty, calls with `{}`. */
function opening(block: JsonObject, index: number, newId: NewId): readonly AnswerEvent[] {
  if (block["type"] !== "tool_use") return whole(block, index, newId);
  const given = isObject(block["input"]) && Object.keys(block["input"]).length > 0;
  return given ? whole(block, index, newId) : [callOf(block, index, newId)];
}

const callOf = ({ id, name }: JsonObject, index: number, newId: NewId): AnswerEvent => ({
  kind: "tool",
  index,
  id: typeof id === "string" && id !== "" ? fittingId(id) : newId(),
  name: typeof name === "string" ? name : "",
});

function whole(block: JsonObject, index: number, newId: NewId): readonly AnswerEvent[] {
  switch (block["type"]) {
    case "text":
      return text("text", block["text"]);
    case "thinking": {
      const value = block["signature"];
      const signed = typeof value === "string" && value !== "";
      return [
        ...text("thinking", block["thinking"]),
        ...(signed ? [{ kind: "signature", signature: { api: API, value } } as const] : []),
      ];
    }
    case "redacted_thinking": {
      const value = block["data"];
      return typeof value === "string" && value !== ""
        ? [{ kind: "signature", signature: { api: REDACTED, value } }]
        : NOTHING;
    }
    case "tool_use":
      return [callOf(block, index, newId), { kind: "arguments", index, text: argumentsText(block["input"]) }];
    default:
      return NOTHING;
  }
}

export function readAnswer(body: JsonObject, newId: NewId): readonly AnswerEvent[] {
  const blocks = Array.isArray(body["content"]) ? body["content"].filter(isObject) : [];
  return [
    ...blocks.flatMap((block, index) => whole(block, index, newId)),
    finish(body, counts(body["usage"])),
  ];
}

const REASONS: ReadonlyMap<unknown, FinishReason> = new Map([
  ["end_turn", "stop"],
  ["stop_sequence", "stop"],
  ["pause_turn", "stop"],
  ["tool_use", "tool_calls"],
  ["max_tokens", "length"],
  ["model_context_window_exceeded", "length"],
  ["refusal", "content_filter"],
]);

function finish(stop: JsonObject, usage: JsonObject): AnswerEvent {
  const reason = REASONS.get(stop["stop_reason"]) ?? "stop";
  const stopSequence = stop["stop_sequence"];
  return {
    kind: "finish",
    reason,
    usage: usageOf(usage),
    ...(typeof stopSequence === "string" ? { stopSequence } : {}),
  };
}

/** This protocol counts what was cached apart from the rest of the prompt. */
function usageOf(usage: JsonObject): TokenUsage {
  const details = isObject(usage["output_tokens_details"]) ? usage["output_tokens_details"] : {};
  const cacheRead = tokenCount(usage["cache_read_input_tokens"]);
  const cacheWrite = tokenCount(usage["cache_creation_input_tokens"]);
  const reasoning = tokenCount(details["thinking_tokens"]);
  return {
    input: (tokenCount(usage["input_tokens"]) ?? 0) + (cacheRead ?? 0) + (cacheWrite ?? 0),
    output: tokenCount(usage["output_tokens"]) ?? 0,
    ...(cacheRead === undefined ? {} : { cacheRead }),
    ...(cacheWrite === undefined ? {} : { cacheWrite }),
    ...(reasoning === undefined ? {} : { reasoning }),
  };
}
