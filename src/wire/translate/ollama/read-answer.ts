// Ollama's chat answer, streamed or whole. Facts: its public API reference.
import type { JsonObject } from "../../../core/json.ts";
import { isObject, parseObject } from "../../../core/json.ts";
import type { AnswerEvent, TokenUsage } from "../neutral.ts";
import { argumentsText } from "../tool-arguments.ts";
import { fittingId } from "../tool-ids.ts";
import type { AnswerReader, NewId } from "../translator.ts";

export const reader = (newId: NewId): AnswerReader => new Answer(newId);

/** A whole answer is the only line of a stream. */
export function readAnswer(body: JsonObject, newId: NewId): readonly AnswerEvent[] {
  const answer = new Answer(newId);
  return [...answer.chunk(body), ...answer.end()];
}

class Answer implements AnswerReader {
  readonly #newId: NewId;
  #last: JsonObject = {};
  #calls = 0;

  constructor(newId: NewId) {
    this.#newId = newId;
  }

  add(_event: string | undefined, data: string): readonly AnswerEvent[] {
    const chunk = parseObject(data);
    return chunk ? this.chunk(chunk) : [];
  }

  chunk(chunk: JsonObject): AnswerEvent[] {
    if (chunk["done"] === true) this.#last = chunk;
    const message = isObject(chunk["message"]) ? chunk["message"] : {};
    const calls = Array.isArray(message["tool_calls"]) ? message["tool_calls"].filter(isObject) : [];
    return [
      ...textEvent("thinking", message["thinking"]),
      ...textEvent("text", message["content"]),
      ...calls.flatMap((call) => callEvents(call, this.#calls++, this.#newId)),
    ];
  }

  end(): readonly AnswerEvent[] {
    return [finish(this.#last, this.#calls > 0)];
  }
}

const textEvent = (kind: "text" | "thinking", text: unknown): AnswerEvent[] =>
  typeof text === "string" && text !== "" ? [{ kind, text }] : [];

function callEvents({ function: given, id }: JsonObject, index: number, newId: NewId): AnswerEvent[] {
  const inner = isObject(given) ? given : {};
  return [
    {
      kind: "tool",
      index,
      id: typeof id === "string" && id !== "" ? fittingId(id) : newId(),
      name: typeof inner["name"] === "string" ? inner["name"] : "",
    },
    { kind: "arguments", index, text: argumentsText(inner["arguments"]) },
  ];
}

function finish(last: JsonObject, called: boolean): AnswerEvent {
  const usage: TokenUsage = { input: count(last["prompt_eval_count"]), output: count(last["eval_count"]) };
  const reason = last["done_reason"] === "length" ? "length" : called ? "tool_calls" : "stop";
  return { kind: "finish", reason, usage };
}

const count = (value: unknown): number => (typeof value === "number" && value >= 0 ? value : 0);
