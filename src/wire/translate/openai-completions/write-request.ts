// A chat completion request for a provider. Facts: the public API reference, and what compatible servers take.
import type { JsonObject } from "../../../core/json.ts";
import { urlOf } from "../data-source.ts";
import { defined } from "../fields.ts";
import type {
  AssistantPart,
  FilePart,
  ImagePart,
  Message,
  ModelRequest,
  TextPart,
  ToolResultPart,
  UserPart,
} from "../neutral.ts";
import type { RequestTarget, WrittenRequest } from "../translator.ts";
import { Losses } from "../losses.ts";

export function writeRequest(request: ModelRequest, target: RequestTarget): WrittenRequest {
  const losses = new Losses(request);
  losses.drop("top_k", request.topK);
  const body = defined({
    model: target.model,
    messages: [
      ...systemMessage(request.system),
      ...request.messages.flatMap((each) => messagesOf(each, losses)),
    ],
    stream: request.stream ? true : undefined,
    stream_options: request.stream ? { include_usage: true } : undefined,
    [target.capName ?? "max_tokens"]: request.maxTokens,
    temperature: request.temperature,
    top_p: request.topP,
    presence_penalty: request.presencePenalty,
    frequency_penalty: request.frequencyPenalty,
    seed: request.seed,
    stop: request.stop.length > 0 ? request.stop : undefined,
    ...toolFields(request),
    response_format: formatOf(request),
    reasoning_effort: effortOf(request, target),
    user: request.user,
    prompt_cache_key: request.cacheKey,
  });
  return { body, dropped: losses.names };
}

function systemMessage(system: readonly TextPart[]): JsonObject[] {
  return system.length === 0 ? [] : [{ role: "system", content: joined(system) }];
}

/** One text for one part: many compatible servers take no lists here. */
const joined = (parts: readonly TextPart[]): string => parts.map(({ text }) => text).join("\n\n");

function messagesOf(message: Message, losses: Losses): JsonObject[] {
  if (message.role === "assistant") return assistantMessage(message.parts, losses);
  const results = message.parts.filter((part) => part.kind === "tool_result");
  const others = message.parts.filter((part) => part.kind !== "tool_result");
  // A tool's message holds text alone: its images follow as the user's.
  const images = results.flatMap(({ content }) => content.filter((part) => part.kind === "image"));
  const shown = [...images, ...others];
  return [
    ...results.map((result) => toolMessage(result, losses)),
    ...(shown.length === 0 ? [] : [{ role: "user", content: userContent(shown) }]),
  ];
}

function toolMessage({ callId, content, failed }: ToolResultPart, losses: Losses): JsonObject {
  losses.drop("tool_result.is_error", failed);
  const texts = content.filter((part) => part.kind === "text");
  const hasImage = content.some((part) => part.kind === "image");
  const text = joined(texts) || (hasImage ? "The image follows." : "");
  return { role: "tool", tool_call_id: callId, content: text };
}

function userContent(parts: readonly Exclude<UserPart, ToolResultPart>[]): string | JsonObject[] {
  if (parts.every((part) => part.kind === "text")) return joined(parts);
  return parts.map(contentPart);
}

function contentPart(part: TextPart | ImagePart | FilePart): JsonObject {
  if (part.kind === "text") return { type: "text", text: part.text };
  if (part.kind === "image") return { type: "image_url", image_url: { url: urlOf(part.source) } };
  return {
    type: "file",
    file: defined({ file_data: urlOf(part.source), filename: part.name ?? "document.pdf" }),
  };
}

function assistantMessage(parts: readonly AssistantPart[], losses: Losses): JsonObject[] {
  losses.drop("thinking", parts.some((part) => part.kind === "thinking") || undefined);
  const texts = parts.filter((part) => part.kind === "text");
  const calls = parts.filter((part) => part.kind === "tool_call");
  if (texts.length + calls.length === 0) return [];
  const message = {
    role: "assistant",
    content: texts.length === 0 ? null : texts.map(({ text }) => text).join(""),
    tool_calls:
      calls.length === 0
        ? undefined
        : calls.map(({ id, name, arguments: text }) => ({
            id,
            type: "function",
            function: { name, arguments: text },
          })),
  };
  return [defined(message)];
}

function toolFields({ tools, toolChoice, parallelTools }: ModelRequest): JsonObject {
  if (tools.length === 0) return {};
  return defined({
    tools: tools.map(({ name, description, schema, strict }) => ({
      type: "function",
      function: defined({ name, description, parameters: schema, strict }),
    })),
    tool_choice:
      typeof toolChoice === "object" ? { type: "function", function: { name: toolChoice.name } } : toolChoice,
    parallel_tool_calls: parallelTools,
  });
}

function formatOf({ format }: ModelRequest): JsonObject | undefined {
  if (!format) return undefined;
  if (format.kind === "json") return { type: "json_object" };
  const { name, schema, strict, description } = format;
  return { type: "json_schema", json_schema: defined({ name, schema, strict, description }) };
}

/** Only models that reason take an effort. */
function effortOf({ reasoning }: ModelRequest, { reasoning: reasons }: RequestTarget): string | undefined {
  if (!reasoning || reasons === false) return undefined;
  return reasoning.effort ?? effortForBudget(reasoning.budgetTokens);
}

/** Thinking budgets of Anthropic's clients, in the words of OpenAI's. */
export function effortForBudget(tokens: number | undefined): "low" | "medium" | "high" | undefined {
  if (tokens === undefined) return undefined;
  if (tokens < 4096) return "low";
  return tokens < 16_384 ? "medium" : "high";
}
