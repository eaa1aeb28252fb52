// A request for a program that runs its own tools and keeps its own settings: who said what, and which model is meant.
import type { JsonObject } from "../../../core/json.ts";
import { parseObject } from "../../../core/json.ts";
import { textIn } from "../data-source.ts";
import { defined, fault } from "../fields.ts";
import { Losses } from "../losses.ts";
import type { AnswerEvent, Effort, Message, ModelRequest, UserPart } from "../neutral.ts";
import type { ProviderTranslator, RequestTarget, Translator, WrittenRequest } from "../translator.ts";
import { turnsOf } from "../turns.ts";

/** The body of such a call. */
export interface CliTurn {
  readonly model: string;
  readonly effort?: Exclude<Effort, "none">;
  readonly system: string;
  /** ends with what the user says now */
  readonly messages: readonly Message[];
}

/** What no program takes from outside, by the neutral name. */
const HINTS = [
  ["max_tokens", "maxTokens"],
  ["temperature", "temperature"],
  ["top_p", "topP"],
  ["top_k", "topK"],
  ["presence_penalty", "presencePenalty"],
  ["frequency_penalty", "frequencyPenalty"],
  ["seed", "seed"],
  ["verbosity", "verbosity"],
  ["prompt_cache_key", "cacheKey"],
] as const satisfies readonly (readonly [string, keyof ModelRequest])[];

/** @throws AccessError `bad_input` for tools, an answer's schema, stop sequences, files, images by address */
export function writeRequest(request: ModelRequest, target: RequestTarget): WrittenRequest {
  refuse(request);
  const losses = new Losses(request);
  for (const [name, field] of HINTS) losses.drop(name, request[field]);
  losses.drop("response_format", request.format);
  losses.drop("reasoning.budget_tokens", request.reasoning?.budgetTokens || undefined);
  losses.drop("thinking", request.messages.some(({ parts }) => parts.some(isThinking)) || undefined);
  const effort = request.reasoning?.effort;
  const messages = turnsOf(request.messages.map(withoutProofs));
  if (messages.at(-1)?.role !== "user") throw fault("messages", "must end with what the user says");
  const body = defined({
    model: target.model,
    effort: effort === "none" ? undefined : effort,
    system: request.system.map(({ text }) => text).join("\n\n"),
    messages,
  });
  return { body, dropped: losses.names };
}

function refuse(request: ModelRequest): void {
  if (request.tools.length > 0 && request.toolChoice !== "none")
    throw fault("tools", "cannot be given to a CLI backend: the program runs tools of its own");
  if (request.format?.kind === "schema")
    throw fault("response_format", "cannot be held by a CLI backend: it takes no schema");
  if (request.stop.length > 0)
    throw fault("stop", "cannot be given to a CLI backend: it knows no stop sequences");
  for (const { parts } of request.messages) for (const part of parts) refusePart(part);
}

function refusePart(part: Message["parts"][number]): void {
  if (part.kind === "image" && part.source.kind === "url")
    throw fault("messages", "hold the address of an image: a CLI backend wants its data");
  if (part.kind === "file" && textIn(part.source) === undefined)
    throw fault("messages", "hold a file that is no text, which a CLI backend is not given");
}

const isThinking = ({ kind }: Message["parts"][number]): boolean => kind === "thinking";

/** Another provider's reasoning is no business of this one. */
const withoutProofs = (message: Message): Message =>
  message.role === "assistant"
    ? { role: "assistant", parts: message.parts.filter((part) => !isThinking(part)) }
    : { role: "user", parts: message.parts.map(readable) };

function readable(part: UserPart): UserPart {
  const text = part.kind === "file" ? textIn(part.source) : undefined;
  return text === undefined ? part : { kind: "text", text };
}

const REASONS = new Set<unknown>(["stop", "length", "tool_calls", "content_filter"]);

const isCount = (value: unknown): boolean => typeof value === "number" && value >= 0;

/** What the program's reader writes: text, and how it ended. */
const isEvent = (said: JsonObject): said is JsonObject & AnswerEvent =>
  said["kind"] === "finish"
    ? REASONS.has(said["reason"]) && Object.values(said["usage"] ?? {}).every(isCount)
    : (said["kind"] === "text" || said["kind"] === "thinking") && typeof said["text"] === "string";

const reader: ProviderTranslator["reader"] = () => ({
  add: (_event, data) => {
    const said = parseObject(data);
    return said && isEvent(said) ? [said] : [];
  },
  end: () => [],
});

export const cliBackend: Translator = { provider: { writeRequest, reader, readAnswer: () => [] } };
