// A responses request for a provider. Facts: the public API reference. Nothing is kept at the provider.
import { AccessError } from "../../../core/errors.ts";
import type { JsonObject } from "../../../core/json.ts";
import { urlOf } from "../data-source.ts";
import { defined } from "../fields.ts";
import { Losses } from "../losses.ts";
import type {
  AssistantPart,
  FilePart,
  ImagePart,
  Message,
  ModelRequest,
  TextPart,
  ThinkingPart,
  ToolResultPart,
} from "../neutral.ts";
import { effortForBudget } from "../openai-completions/write-request.ts";
import { valueFor } from "../signature.ts";
import type { RequestTarget, WrittenRequest } from "../translator.ts";
import { API } from "./names.ts";

/** The protocol refuses to be asked for less. */
const FEWEST_TOKENS = 16;

/** @throws AccessError `bad_input` */
export function writeRequest(request: ModelRequest, target: RequestTarget): WrittenRequest {
  const losses = new Losses(request);
  if (request.stop.length > 0)
    throw new AccessError("bad_input", "stop cannot be carried to a provider that speaks responses.");
  losses.drop("top_k", request.topK);
  losses.drop("presence_penalty", request.presencePenalty);
  losses.drop("frequency_penalty", request.frequencyPenalty);
  losses.drop("seed", request.seed);
  const reasoning = reasoningOf(request, target);
  const body = defined({
    model: target.model,
    instructions: request.system.length > 0 ? request.system.map(({ text }) => text).join("\n\n") : undefined,
    input: request.messages.flatMap((message) => itemsOf(message, losses)),
    stream: request.stream ? true : undefined,
    store: false,
    include: reasoning ? ["reasoning.encrypted_content"] : undefined,
    max_output_tokens: request.maxTokens && Math.max(request.maxTokens, FEWEST_TOKENS),
    temperature: request.temperature,
    top_p: request.topP,
    ...toolFields(request),
    reasoning,
    text: formatOf(request),
    user: request.user,
    prompt_cache_key: request.cacheKey,
  });
  return { body, dropped: losses.names };
}

/** Models that do not reason refuse the field. */
function reasoningOf(
  { reasoning }: ModelRequest,
  { reasoning: reasons }: RequestTarget,
): JsonObject | undefined {
  if (!reasoning || reasons === false) return undefined;
  const effort = reasoning.effort ?? effortForBudget(reasoning.budgetTokens);
  return defined({
    effort: effort === "max" ? "xhigh" : effort,
    summary: reasoning.summary ? "auto" : undefined,
  });
}

function itemsOf(message: Message, losses: Losses): JsonObject[] {
  if (message.role === "assistant") return message.parts.flatMap((part) => assistantItems(part, losses));
  const results = message.parts.filter((part) => part.kind === "tool_result");
  const others = message.parts.filter((part) => part.kind !== "tool_result");
  return [
    ...results.map((result) => resultItem(result, losses)),
    ...(others.length === 0 ? [] : [{ role: "user", content: others.map(inputPart) }]),
  ];
}

function resultItem({ callId, content, failed }: ToolResultPart, losses: Losses): JsonObject {
  losses.drop("tool_result.is_error", failed);
  const isText = content.every((part) => part.kind === "text");
  const output = isText ? content.map(({ text }) => text).join("\n\n") : content.map(inputPart);
  return { type: "function_call_output", call_id: callId, output };
}

function inputPart(part: TextPart | ImagePart | FilePart): JsonObject {
  if (part.kind === "text") return { type: "input_text", text: part.text };
  if (part.kind === "image") return { type: "input_image", image_url: urlOf(part.source) };
  const { source, name } = part;
  return source.kind === "url"
    ? { type: "input_file", file_url: source.url }
    : { type: "input_file", file_data: urlOf(source), filename: name ?? "document.pdf" };
}

function assistantItems(part: AssistantPart, losses: Losses): JsonObject[] {
  switch (part.kind) {
    case "text":
      return part.text === ""
        ? []
        : [{ role: "assistant", content: [{ type: "output_text", text: part.text }] }];
    case "thinking":
      return reasoningItems(part, losses);
    case "tool_call":
      return [{ type: "function_call", call_id: part.id, name: part.name, arguments: part.arguments }];
  }
}

/** Reasoning goes back only with its proof: the item's id, and what was encrypted. */
function reasoningItems({ text, signature }: ThinkingPart, losses: Losses): JsonObject[] {
  const value = valueFor(API, signature);
  const colon = value?.indexOf(":") ?? -1;
  if (value === undefined || colon === -1) {
    losses.drop("thinking", true);
    return [];
  }
  const summary = text === "" ? [] : [{ type: "summary_text", text }];
  return [
    { type: "reasoning", id: value.slice(0, colon), summary, encrypted_content: value.slice(colon + 1) },
  ];
}

function toolFields({ tools, toolChoice, parallelTools }: ModelRequest): JsonObject {
  if (tools.length === 0) return {};
  return defined({
    tools: tools.map(({ name, description, schema, strict }) =>
      defined({ type: "function", name, description, parameters: schema, strict: strict ?? false }),
    ),
    tool_choice: typeof toolChoice === "object" ? { type: "function", name: toolChoice.name } : toolChoice,
    parallel_tool_calls: parallelTools,
  });
}

function formatOf({ format }: ModelRequest): JsonObject | undefined {
  if (!format) return undefined;
  if (format.kind === "json") return { format: { type: "json_object" } };
  const { name, schema, strict, description } = format;
  return { format: defined({ type: "json_schema", name, schema, strict: strict ?? false, description }) };
}
