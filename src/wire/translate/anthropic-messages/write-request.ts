// A messages request for a provider. Facts: the public API reference.
import type { JsonObject } from "../../../core/json.ts";
import { defined } from "../fields.ts";
import { Losses } from "../losses.ts";
import type { Effort, ModelRequest, Part, ToolChoice } from "../neutral.ts";
import { closedSchema } from "../schemas.ts";
import { valueFor } from "../signature.ts";
import { turnsOf, writtenTurns } from "../turns.ts";
import type { RequestTarget, WrittenRequest } from "../translator.ts";
import { API, REDACTED } from "./names.ts";
import { messageBlocks, textBlocks } from "./write-content.ts";

/** The protocol wants a cap; this one where nothing is known of the model. */
const USUAL_CAP = 8192;
const LEAST_BUDGET = 1024;

export function writeRequest(request: ModelRequest, target: RequestTarget): WrittenRequest {
  const losses = new Losses(request);
  for (const [name, value] of [
    ["presence_penalty", request.presencePenalty],
    ["frequency_penalty", request.frequencyPenalty],
    ["seed", request.seed],
    ["response_format", request.format?.kind === "json" ? true : undefined],
    ["prompt_cache_key", request.cacheKey],
    ["verbosity", request.verbosity],
    ["tools.strict", request.tools.some(({ strict }) => strict) || undefined],
  ] as const)
    losses.drop(name, value);
  const thinking = thinkingOf(request, target, losses);
  const system = request.system.flatMap(textBlocks);
  const body = defined({
    model: target.model,
    max_tokens: capOf(request, target, thinking?.budget),
    stream: request.stream ? true : undefined,
    system: system.length > 0 ? marked(system) : undefined,
    messages: messagesOf(request, losses),
    ...toolFields(request),
    ...samplingOf(request, thinking !== undefined, losses),
    stop_sequences: request.stop.length > 0 ? request.stop : undefined,
    thinking: thinking?.field,
    output_config: outputConfigOf(request, thinking?.effort),
    metadata: request.user === undefined ? undefined : { user_id: request.user },
  });
  return { body, dropped: losses.names };
}

/** The answer has the room that the client gave it; thinking comes on top, as far as the model goes. */
export function capOf({ maxTokens }: ModelRequest, target: RequestTarget, budget = 0): number {
  if (maxTokens === undefined) return target.maxTokens ?? USUAL_CAP + budget;
  return Math.max(maxTokens, Math.min(maxTokens + budget, target.maxTokens ?? Infinity));
}

/** Clients of other protocols expect a shared prefix to be kept without asking. */
function marked(blocks: JsonObject[]): JsonObject[] {
  const last = blocks.at(-1);
  // What the model signed takes no mark.
  return last && !("signature" in last || "data" in last)
    ? [...blocks.slice(0, -1), { ...last, cache_control: { type: "ephemeral" } }]
    : blocks;
}

function messagesOf(request: ModelRequest, losses: Losses): JsonObject[] {
  const turns = writtenTurns(
    turnsOf(request.messages).map((turn) => ({ role: turn.role, content: messageBlocks(turn, losses) })),
  );
  const last = turns.at(-1);
  if (last?.role === "assistant") last.content = withoutTrailingSpace(last.content);
  if (last && (turns.length > 1 || request.tools.length > 0)) last.content = marked(last.content);
  return turns;
}

/** The beginning of an answer, which the model goes on with, may not end in blanks. */
function withoutTrailingSpace(blocks: JsonObject[]): JsonObject[] {
  const last = blocks.at(-1);
  const text = last?.["text"];
  return typeof text === "string" ? [...blocks.slice(0, -1), { ...last, text: text.trimEnd() }] : blocks;
}

export interface Thinking {
  readonly field: JsonObject;
  /** tokens; absent when the model decides */
  readonly budget?: number;
  readonly effort?: string;
}

/**
 * Claude's thinking, wherever it is called.
 *
 * @param isSigned whether the place that is called would know its signature
 */
export function thinkingOf(
  request: ModelRequest,
  target: RequestTarget,
  losses: Losses,
  isSigned: (part: Part) => boolean = isSignedHere,
): Thinking | undefined {
  const { reasoning, toolChoice } = request;
  if (!reasoning || reasoning.effort === "none" || target.reasoning === false) return undefined;
  const isForced = toolChoice === "required" || typeof toolChoice === "object";
  if (isForced || !mayThink(request, isSigned)) {
    losses.drop("reasoning_effort", true);
    return undefined;
  }
  if (target.adaptive) {
    const effort = effortOf(reasoning.effort);
    return {
      field: { type: "adaptive", display: "summarized" },
      ...(effort === undefined ? {} : { effort }),
    };
  }
  const room = target.maxTokens === undefined ? Infinity : target.maxTokens - LEAST_BUDGET;
  const wanted = reasoning.budgetTokens ?? BUDGETS[reasoning.effort ?? "medium"];
  const budget = Math.max(LEAST_BUDGET, Math.min(wanted, room - (request.maxTokens ?? 0)));
  return { field: { type: "enabled", budget_tokens: budget }, budget };
}

/** The protocol's efforts, tokens; the model's own limit has the last word. */
const BUDGETS: Readonly<Record<Effort, number>> = {
  none: 0,
  minimal: 1024,
  low: 2048,
  medium: 8192,
  high: 16_384,
  xhigh: 32_768,
  max: 65_536,
};

const effortOf = (effort: Effort | undefined): string | undefined => (effort === "minimal" ? "low" : effort);

/** While a tool's result is awaited, the call it answers must show its signed thinking: others' cannot be sent. */
function mayThink({ messages }: ModelRequest, isSigned: (part: Part) => boolean): boolean {
  const turns = turnsOf(messages);
  if (!turns.at(-1)?.parts.some((part) => part.kind === "tool_result")) return true;
  const first = turns.at(-2)?.parts[0];
  return first !== undefined && isSigned(first);
}

const isSignedHere = (part: Part): boolean =>
  part.kind === "thinking" &&
  (valueFor(API, part.signature) ?? valueFor(REDACTED, part.signature)) !== undefined;

/** Its scale ends at 1, and thinking allows no other than the usual. */
export function samplingOf(request: ModelRequest, thinks: boolean, losses: Losses): JsonObject {
  const { temperature, topP, topK } = request;
  if (thinks) {
    losses.drop("temperature", temperature === 1 ? undefined : temperature);
    losses.drop("top_p", topP);
    losses.drop("top_k", topK);
    return {};
  }
  losses.drop("temperature", temperature !== undefined && temperature > 1 ? temperature : undefined);
  losses.drop("top_p", temperature === undefined ? undefined : topP);
  return {
    temperature: temperature === undefined ? undefined : Math.min(temperature, 1),
    // Newer models refuse both at once.
    top_p: temperature === undefined ? topP : undefined,
    top_k: topK,
  };
}

function outputConfigOf({ format }: ModelRequest, effort: string | undefined): JsonObject | undefined {
  if (format?.kind !== "schema" && effort === undefined) return undefined;
  return defined({
    effort,
    format:
      format?.kind === "schema" ? { type: "json_schema", schema: closedSchema(format.schema) } : undefined,
  });
}

function toolFields({ tools, toolChoice, parallelTools }: ModelRequest): JsonObject {
  if (tools.length === 0) return {};
  const oneByOne = parallelTools === false ? { disable_parallel_tool_use: true } : {};
  const choice = toolChoice ?? (parallelTools === false ? "auto" : undefined);
  return {
    tools: tools.map(({ name, description, schema }) => defined({ name, description, input_schema: schema })),
    ...(choice === undefined
      ? {}
      : { tool_choice: { ...choiceOf(choice), ...(choice === "none" ? {} : oneByOne) } }),
  };
}

function choiceOf(choice: ToolChoice): JsonObject {
  if (typeof choice === "object") return { type: "tool", name: choice.name };
  return { type: choice === "required" ? "any" : choice };
}
