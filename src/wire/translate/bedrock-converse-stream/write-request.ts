// A Converse request. Facts: the public Amazon Bedrock API reference.
import type { JsonObject } from "../../../core/json.ts";
import { capOf, samplingOf, thinkingOf } from "../anthropic-messages/write-request.ts";
import { defined, fault } from "../fields.ts";
import { Losses } from "../losses.ts";
import type { Effort, Message, ModelRequest, Part, ToolChoice } from "../neutral.ts";
import { closedSchema, parametersOf } from "../schemas.ts";
import type { RequestTarget, WrittenRequest } from "../translator.ts";
import { turnsOf, writtenTurns } from "../turns.ts";
import { isClaude, isGptOss, isNova2, keepsPrefixes } from "./model-family.ts";
import { CACHE_POINT, cached, isSignedFor, messageBlocks, textBlocks } from "./write-content.ts";

/** @throws AccessError `bad_input` for an address of an image or file, or tools that may not be used */
export function writeRequest(request: ModelRequest, target: RequestTarget): WrittenRequest {
  const { model } = target;
  const keeps = keepsPrefixes(model);
  const dropped = keeps ? request.dropped.filter((name) => name !== "cache_control") : request.dropped;
  const losses = new Losses({ dropped });
  for (const [name, value] of [
    ["presence_penalty", request.presencePenalty],
    ["frequency_penalty", request.frequencyPenalty],
    ["seed", request.seed],
    ["verbosity", request.verbosity],
    ["user", request.user],
    ["prompt_cache_key", request.cacheKey],
    ["parallel_tool_calls", request.parallelTools === false ? true : undefined],
    ["response_format", request.format?.kind === "json" ? true : undefined],
  ] as const)
    losses.drop(name, value);
  const points = keeps && !isMarked(request);
  const { inference, fields } = settingsOf(request, target, losses);
  const body = defined({
    system: systemOf(request, model, points),
    messages: messagesOf(request, model, points, losses),
    toolConfig: toolConfigOf(request),
    inferenceConfig: unlessEmpty(inference),
    additionalModelRequestFields: unlessEmpty(fields),
    additionalModelResponseFieldPaths:
      request.stop.length > 0 && isClaude(model) ? ["/stop_sequence"] : undefined,
    outputConfig: outputConfigOf(request),
  });
  return { body, dropped: losses.names };
}

/** The client said itself what may be kept. */
const isMarked = ({ system, messages }: ModelRequest): boolean =>
  [...system, ...messages.flatMap(({ parts }): readonly Part[] => parts)].some((part) => "cache" in part);

function systemOf({ system }: ModelRequest, model: string, points: boolean): JsonObject[] | undefined {
  const blocks = system.flatMap((part) => cached(textBlocks(part), part, model));
  if (blocks.length === 0) return undefined;
  return points ? [...blocks, CACHE_POINT] : blocks;
}

function messagesOf(request: ModelRequest, model: string, points: boolean, losses: Losses): JsonObject[] {
  const turns = writtenTurns(
    turnsOf(request.messages).map((turn) => ({
      role: turn.role,
      content: messageBlocks(turn, model, losses),
    })),
  );
  // Clients of other protocols expect a shared prefix to be kept without asking.
  if (points && (turns.length > 1 || request.tools.length > 0)) turns.at(-1)?.content.push(CACHE_POINT);
  return turns;
}

function toolConfigOf({ tools, toolChoice, messages }: ModelRequest): JsonObject | undefined {
  if (tools.length === 0) return calledBefore(messages);
  if (toolChoice === "none") {
    // It knows no such choice, and wants the tools as long as the conversation shows calls.
    if (messages.some(({ parts }) => (parts as readonly Part[]).some(isToolPart)))
      throw fault("tool_choice", "cannot be none on Bedrock while the messages hold calls of tools");
    return undefined;
  }
  return defined({
    tools: tools.map(({ name, description, schema, strict }) => ({
      toolSpec: defined({
        name,
        description: description || undefined,
        inputSchema: { json: schema },
        strict,
      }),
    })),
    toolChoice: toolChoice === undefined ? undefined : choiceOf(toolChoice),
  });
}

/** The protocol wants tools as long as the conversation shows calls: those that were called, whatever they take. */
function calledBefore(messages: readonly Message[]): JsonObject | undefined {
  const parts = messages.flatMap((message): readonly Part[] => message.parts);
  const names = new Set(parts.flatMap((part) => (part.kind === "tool_call" ? [part.name] : [])));
  if (names.size === 0) return undefined;
  return { tools: [...names].map((name) => ({ toolSpec: { name, inputSchema: { json: parametersOf() } } })) };
}

const isToolPart = ({ kind }: Part): boolean => kind === "tool_call" || kind === "tool_result";

function choiceOf(choice: Exclude<ToolChoice, "none">): JsonObject {
  if (typeof choice === "object") return { tool: { name: choice.name } };
  return choice === "required" ? { any: {} } : { auto: {} };
}

interface Settings {
  readonly inference: JsonObject;
  /** what only the model's own vendor knows */
  readonly fields: JsonObject;
}

function settingsOf(request: ModelRequest, target: RequestTarget, losses: Losses): Settings {
  const { model } = target;
  const stopSequences = request.stop.length > 0 ? request.stop : undefined;
  if (isClaude(model)) {
    const thinking = thinkingOf(request, target, losses, isSignedFor(model));
    const sampling = samplingOf(request, thinking !== undefined, losses);
    const budget = thinking?.budget;
    const isCapped = request.maxTokens !== undefined || budget !== undefined;
    return {
      inference: defined({
        // Without one the usual cap holds, which the thinking alone may pass.
        maxTokens: isCapped ? capOf(request, target, budget) : undefined,
        temperature: sampling["temperature"],
        topP: sampling["top_p"],
        stopSequences,
      }),
      fields: defined({
        top_k: sampling["top_k"],
        thinking: thinking?.field,
        output_config: thinking?.effort === undefined ? undefined : { effort: thinking.effort },
      }),
    };
  }
  losses.drop("top_k", request.topK);
  const { maxTokens, temperature, topP } = request;
  return {
    inference: defined({ maxTokens, temperature, topP, stopSequences }),
    fields: reasoningFields(request, target, losses),
  };
}

function reasoningFields({ reasoning }: ModelRequest, target: RequestTarget, losses: Losses): JsonObject {
  const { model } = target;
  if (!reasoning || target.reasoning === false) return {};
  const effort = LEVELS[reasoning.effort ?? "medium"];
  if (isGptOss(model)) return { reasoning_effort: effort ?? "low" };
  if (isNova2(model))
    return {
      reasoningConfig:
        effort === undefined ? { type: "disabled" } : { type: "enabled", maxReasoningEffort: effort },
    };
  losses.drop("reasoning_effort", reasoning.effort === "none" ? undefined : true);
  return {};
}

/** The three that these models know. */
const LEVELS: Readonly<Record<Effort, string | undefined>> = {
  none: undefined,
  minimal: "low",
  low: "low",
  medium: "medium",
  high: "high",
  xhigh: "high",
  max: "high",
};

function outputConfigOf({ format }: ModelRequest): JsonObject | undefined {
  if (format?.kind !== "schema") return undefined;
  const { name, description } = format;
  const jsonSchema = defined({ schema: JSON.stringify(closedSchema(format.schema)), name, description });
  return { textFormat: { type: "json_schema", structure: { jsonSchema } } };
}

const unlessEmpty = (value: JsonObject): JsonObject | undefined =>
  Object.keys(value).length === 0 ? undefined : value;
