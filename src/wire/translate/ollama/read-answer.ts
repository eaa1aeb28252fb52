// Ollama's chat answer, streamed or whole. Facts: its public API reference.
import type { JsonObject } from "../../../core/json.ts";
import { isObject, parseObject } from "../../../core/json.ts";
import type { AnswerEvent, TokenUsage } from "../neutral.ts";
import type { AnswerReader, NewId } from "../translator.ts";

export function reader(newId: NewId): AnswerReader {
  let last: JsonObject = {};
  let calls = 0;
  return {
    add(_event, data) {
      const chunk = parseObject(data);
      if (!chunk) return [];
      if (chunk["done"] === true) last = chunk;
      const message = isObject(chunk["message"]) ? chunk["message"] : {};
      const given = Array.isArray(message["tool_calls"]) ? message["tool_calls"].filter(isObject) : [];
      return [
        ...textEvent("thinking", message["thinking"]),
        ...textEvent("text", message["content"]),
        ...given.flatMap((call) => callEvents(call, calls++, newId)),
      ];
    },
    end: () => [finish(last, calls > 0)],
  };
}

/** A whole answer is the only line of a stream. */
export function readAnswer(body: JsonObject, newId: NewId): readonly AnswerEvent[] {
  const whole = reader(newId);
  return [...whole.add(undefined, JSON.stringify(body)), ...whole.end()];
}

const textEvent = (kind: "text" | "thinking", text: unknown): AnswerEvent[] =>
  typeof text === "string" && text !== "" ? [{ kind, text }] : [];

function callEvents(call: JsonObject, index: number, newId: NewId): AnswerEvent[] {
  const inner = isObject(call["function"]) ? call["function"] : {};
  return [
    { kind: "tool", index, id: newId(), name: String(inner["name"] ?? "") },
    { kind: "arguments", index, text: JSON.stringify(inner["arguments"] ?? {}) },
  ];
}

function finish(last: JsonObject, called: boolean): AnswerEvent {
  const usage: TokenUsage = { input: count(last["prompt_eval_count"]), output: count(last["eval_count"]) };
  const reason = last["done_reason"] === "length" ? "length" : called ? "tool_calls" : "stop";
  return { kind: "finish", reason, usage };
}

const count = (value: unknown): number => (typeof value === "number" && value >= 0 ? value : 0);
