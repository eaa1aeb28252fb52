// A provider's chat completion, streamed or whole. Facts: the public API reference; vendors' reasoning fields.
import type { JsonObject } from "../../../core/json.ts";
import { isObject, parseObject } from "../../../core/json.ts";
import type { AnswerEvent, FinishReason, TokenUsage } from "../neutral.ts";
import type { AnswerReader } from "../translator.ts";

/** The reason and the token counts come apart, so the end is told when the stream is over. */
export function reader(): AnswerReader {
  let reason: FinishReason = "stop";
  let usage: TokenUsage | undefined;
  const calls = new Calls();
  return {
    add(_event, data) {
      const chunk = parseObject(data);
      if (!chunk) return [];
      usage = usageOf(chunk["usage"]) ?? usage;
      const choice = firstChoice(chunk);
      if (!choice) return [];
      reason = reasonOf(choice["finish_reason"]) ?? reason;
      return isObject(choice["delta"]) ? deltaEvents(choice["delta"], calls) : [];
    },
    end: () => [finish(reason, usage, calls.any)],
  };
}

export function readAnswer(body: JsonObject): readonly AnswerEvent[] {
  const choice = firstChoice(body);
  const message = isObject(choice?.["message"]) ? choice["message"] : {};
  const calls = new Calls();
  const events = deltaEvents(message, calls);
  return [
    ...events,
    finish(reasonOf(choice?.["finish_reason"]) ?? "stop", usageOf(body["usage"]), calls.any),
  ];
}

const firstChoice = (body: JsonObject): JsonObject | undefined =>
  Array.isArray(body["choices"]) ? body["choices"].find(isObject) : undefined;

/** Some servers end a call of a tool with `stop`. */
const finish = (reason: FinishReason, usage: TokenUsage | undefined, called: boolean): AnswerEvent => ({
  kind: "finish",
  reason: called && reason === "stop" ? "tool_calls" : reason,
  ...(usage ? { usage } : {}),
});

/** Tool calls as they are told: by index, else by id, else one after the other. */
class Calls {
  readonly #known = new Set<number>();
  #last = -1;

  get any(): boolean {
    return this.#known.size > 0;
  }

  /** The call that a piece belongs to, and whether it is a new one. */
  place(piece: JsonObject): { readonly index: number; readonly isNew: boolean } {
    const given = piece["index"];
    const begins = typeof piece["id"] === "string" && piece["id"] !== "";
    const index = typeof given === "number" ? given : begins ? this.#last + 1 : Math.max(0, this.#last);
    const isNew = !this.#known.has(index);
    this.#known.add(index);
    this.#last = Math.max(this.#last, index);
    return { index, isNew };
  }
}

function deltaEvents(delta: JsonObject, calls: Calls): AnswerEvent[] {
  const events: AnswerEvent[] = [];
  const add = (kind: "thinking" | "text" | "refusal", text: unknown) => {
    if (typeof text === "string" && text !== "") events.push({ kind, text });
  };
  add("thinking", delta["reasoning_content"] ?? delta["reasoning"]);
  add("text", textIn(delta["content"]));
  add("refusal", delta["refusal"]);
  const pieces = Array.isArray(delta["tool_calls"]) ? delta["tool_calls"].filter(isObject) : [];
  for (const piece of pieces) events.push(...callEvents(piece, calls));
  return events;
}

/** Some servers answer with a list of parts. */
const textIn = (content: unknown): unknown =>
  Array.isArray(content)
    ? content
        .filter(isObject)
        .map((part) => (typeof part["text"] === "string" ? part["text"] : ""))
        .join("")
    : content;

function callEvents(piece: JsonObject, calls: Calls): AnswerEvent[] {
  const inner = isObject(piece["function"]) ? piece["function"] : {};
  const { index, isNew } = calls.place(piece);
  const id = typeof piece["id"] === "string" && piece["id"] !== "" ? piece["id"] : `call_${index}`;
  const name = typeof inner["name"] === "string" ? inner["name"] : "";
  const text = typeof inner["arguments"] === "string" ? inner["arguments"] : objectText(inner["arguments"]);
  return [
    ...(isNew ? [{ kind: "tool", index, id, name } as const] : []),
    ...(text === "" ? [] : [{ kind: "arguments", index, text } as const]),
  ];
}

/** Some servers give arguments as an object. */
const objectText = (value: unknown): string => (isObject(value) ? JSON.stringify(value) : "");

const REASONS: Readonly<Record<string, FinishReason>> = {
  stop: "stop",
  length: "length",
  max_tokens: "length",
  tool_calls: "tool_calls",
  function_call: "tool_calls",
  content_filter: "content_filter",
};

function reasonOf(value: unknown): FinishReason | undefined {
  if (typeof value !== "string") return undefined;
  return REASONS[value] ?? "stop";
}

function usageOf(value: unknown): TokenUsage | undefined {
  if (!isObject(value)) return undefined;
  const prompt = isObject(value["prompt_tokens_details"]) ? value["prompt_tokens_details"] : {};
  const completion = isObject(value["completion_tokens_details"]) ? value["completion_tokens_details"] : {};
  const cacheRead = count(prompt["cached_tokens"]) ?? count(value["prompt_cache_hit_tokens"]);
  const cacheWrite = count(prompt["cache_write_tokens"]);
  const reasoning = count(completion["reasoning_tokens"]);
  return {
    input: count(value["prompt_tokens"]) ?? 0,
    output: count(value["completion_tokens"]) ?? 0,
    ...(cacheRead === undefined ? {} : { cacheRead }),
    ...(cacheWrite === undefined ? {} : { cacheWrite }),
    ...(reasoning === undefined ? {} : { reasoning }),
  };
}

const count = (value: unknown): number | undefined =>
  typeof value === "number" && value >= 0 ? value : undefined;
