// A provider's chat completion, streamed or whole. Facts: the public API reference; vendors' reasoning fields.
import type { JsonObject } from "../../../core/json.ts";
import { isObject, parseObject } from "../../../core/json.ts";
import { tokenCount } from "../../json.ts";
import type { AnswerEvent, FinishReason, TokenUsage } from "../neutral.ts";
import { argumentsText } from "../tool-arguments.ts";
import { fittingId } from "../tool-ids.ts";
import type { AnswerReader, NewId } from "../translator.ts";
import { API, OWN_REASONING } from "./names.ts";

const OWN: AnswerEvent = { kind: "signature", signature: { api: API, value: OWN_REASONING } };

/** The reason and the token counts come apart, so the end is told when the stream is over. */
export function reader(newId: NewId): AnswerReader {
  let reason: FinishReason = "stop";
  let usage: TokenUsage | undefined;
  let thinks = false;
  const calls = new Calls(newId);
  const marked = (events: AnswerEvent[]): AnswerEvent[] => {
    if (events.length === 1 && (events[0]!.kind === "thinking") === thinks) return events;
    return events.flatMap((event) => {
      const ends = thinks && event.kind !== "thinking";
      thinks = event.kind === "thinking";
      return ends ? [OWN, event] : [event];
    });
  };
  return {
    add(_event, data) {
      const chunk = parseObject(data);
      if (!chunk) return [];
      usage = usageOf(chunk["usage"]) ?? usage;
      const choice = firstChoice(chunk);
      if (!choice) return [];
      reason = reasonOf(choice["finish_reason"]) ?? reason;
      return isObject(choice["delta"]) ? marked(deltaEvents(choice["delta"], calls)) : [];
    },
    end: () => [...(thinks ? [OWN] : []), finish(reason, usage, calls.any)],
  };
}

export function readAnswer(body: JsonObject, newId: NewId): readonly AnswerEvent[] {
  const choice = firstChoice(body);
  const message = isObject(choice?.["message"]) ? choice["message"] : {};
  const calls = new Calls(newId);
  const events = deltaEvents(message, calls);
  const [first, ...rest] = events;
  return [
    ...(first?.kind === "thinking" ? [first, OWN, ...rest] : events),
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
  readonly #newId: NewId;
  /** the number of the call that is open at an index, and its id */
  readonly #open = new Map<number, { readonly number: number; readonly id: unknown }>();
  #count = 0;
  #last = 0;

  constructor(newId: NewId) {
    this.#newId = newId;
  }

  get any(): boolean {
    return this.#count > 0;
  }

  events(piece: JsonObject): AnswerEvent[] {
    const inner = isObject(piece["function"]) ? piece["function"] : {};
    const id = typeof piece["id"] === "string" && piece["id"] !== "" ? piece["id"] : undefined;
    const given =
      typeof piece["index"] === "number" ? piece["index"] : id === undefined ? this.#last : this.#count;
    const known = this.#open.get(given);
    // Some servers give each call the index 0.
    const isNew = !known || (id !== undefined && id !== known.id && isName(inner["name"]));
    const number = isNew ? this.#count++ : known.number;
    if (isNew) this.#open.set(given, { number, id });
    this.#last = given;
    const text = isObject(inner["arguments"]) ? argumentsText(inner["arguments"]) : inner["arguments"];
    return [
      ...(isNew ? [this.#begin(number, id, inner["name"])] : []),
      ...(typeof text === "string" && text !== ""
        ? [{ kind: "arguments", index: number, text } as const]
        : []),
    ];
  }

  #begin(index: number, id: string | undefined, name: unknown): AnswerEvent {
    return {
      kind: "tool",
      index,
      id: id === undefined ? this.#newId() : fittingId(id),
      name: isName(name) ? name : "",
    };
  }
}

const isName = (name: unknown): name is string => typeof name === "string" && name !== "";

function deltaEvents(delta: JsonObject, calls: Calls): AnswerEvent[] {
  const events: AnswerEvent[] = [];
  const add = (kind: "thinking" | "text" | "refusal", text: unknown) => {
    if (typeof text === "string" && text !== "") events.push({ kind, text });
  };
  add("thinking", delta["reasoning_content"] ?? delta["reasoning"]);
  add("text", textIn(delta["content"]));
  add("refusal", delta["refusal"]);
  const pieces = delta["tool_calls"];
  if (Array.isArray(pieces))
    for (const piece of pieces) if (isObject(piece)) events.push(...calls.events(piece));
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

const REASONS: ReadonlyMap<string, FinishReason> = new Map([
  ["stop", "stop"],
  ["length", "length"],
  ["max_tokens", "length"],
  ["tool_calls", "tool_calls"],
  ["function_call", "tool_calls"],
  ["content_filter", "content_filter"],
]);

const reasonOf = (value: unknown): FinishReason | undefined =>
  typeof value === "string" ? (REASONS.get(value) ?? "stop") : undefined;

function usageOf(value: unknown): TokenUsage | undefined {
  if (!isObject(value)) return undefined;
  const prompt = isObject(value["prompt_tokens_details"]) ? value["prompt_tokens_details"] : {};
  const completion = isObject(value["completion_tokens_details"]) ? value["completion_tokens_details"] : {};
  const cacheRead = tokenCount(prompt["cached_tokens"]) ?? tokenCount(value["prompt_cache_hit_tokens"]);
  const cacheWrite = tokenCount(prompt["cache_write_tokens"]);
  const reasoning = tokenCount(completion["reasoning_tokens"]);
  return {
    input: tokenCount(value["prompt_tokens"]) ?? 0,
    output: tokenCount(value["completion_tokens"]) ?? 0,
    ...(cacheRead === undefined ? {} : { cacheRead }),
    ...(cacheWrite === undefined ? {} : { cacheWrite }),
    ...(reasoning === undefined ? {} : { reasoning }),
  };
}
