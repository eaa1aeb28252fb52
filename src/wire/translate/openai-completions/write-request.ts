// A chat completion request for a provider. Facts: the public API reference, and what compatible servers take.
import type { JsonObject } from "../../../core/json.ts";
import { textIn, urlOf } from "../data-source.ts";
import { defined, fault } from "../fields.ts";
import { instructionIn, runsOf } from "../instructions.ts";
import { Losses } from "../losses.ts";
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
import { effortFor } from "../effort.ts";
import { isStrictSchema, withItems } from "../schemas.ts";
import { valueFor } from "../signature.ts";
import { fittingId } from "../tool-ids.ts";
import type { RequestTarget, WrittenRequest } from "../translator.ts";
import { talkOf } from "../turns.ts";
import { API, OWN_REASONING } from "./names.ts";

/** @throws AccessError `bad_input` for the address of a file */
export function writeRequest(request: ModelRequest, target: RequestTarget): WrittenRequest {
  const losses = new Losses(request);
  losses.drop("top_k", request.topK);
  const body = defined({
    model: target.model,
    messages: [
      ...systemMessage(request.system),
      ...talkOf(request.messages).flatMap((each) => messagesOf(each, losses)),
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
    ...toolFields(request, losses),
    response_format: formatOf(request, losses),
    reasoning_effort: effortFor(request, target),
    verbosity: request.verbosity,
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
  return [
    ...results.map((result) => toolMessage(result, losses)),
    ...runsOf([...images, ...others]).map((run) => {
      const instruction = instructionIn(run);
      return instruction === undefined
        ? { role: "user", content: userContent(run as Shown[]) }
        : { role: "system", content: instruction };
    }),
  ];
}

type Shown = Exclude<UserPart, ToolResultPart>;

function toolMessage({ callId, content, failed }: ToolResultPart, losses: Losses): JsonObject {
  losses.drop("tool_result.is_error", failed);
  const texts = content.filter((part) => part.kind === "text");
  const hasImage = content.some((part) => part.kind === "image");
  const text = joined(texts) || (hasImage ? "The image follows." : "");
  return { role: "tool", tool_call_id: fittingId(callId), content: text };
}

function userContent(parts: readonly Shown[]): string | JsonObject[] {
  if (parts.every((part) => part.kind === "text")) return joined(parts);
  return parts.map(contentPart);
}

function contentPart(part: TextPart | ImagePart | FilePart): JsonObject {
  if (part.kind === "text") return { type: "text", text: part.text };
  if (part.kind === "image")
    return { type: "image_url", image_url: defined({ url: urlOf(part.source), detail: part.detail }) };
  const text = textIn(part.source);
  if (text !== undefined) return { type: "text", text };
  if (part.source.kind === "url")
    throw fault("messages", "hold the address of a file: a provider of chat completions wants its data");
  return {
    type: "file",
    file: defined({ file_data: urlOf(part.source), filename: part.name ?? "document.pdf" }),
  };
}

function assistantMessage(parts: readonly AssistantPart[], losses: Losses): JsonObject[] {
  const thoughts = parts.filter((part) => part.kind === "thinking");
  const own = thoughts.filter(({ signature }) => valueFor(API, signature) === OWN_REASONING);
  const texts = parts.filter((part) => part.kind === "text");
  const calls = parts.filter((part) => part.kind === "tool_call");
  const isSaid = texts.length + calls.length > 0;
  losses.drop("thinking", own.length < thoughts.length || (own.length > 0 && !isSaid) || undefined);
  if (!isSaid) return [];
  const message = {
    role: "assistant",
    content: texts.length === 0 ? null : texts.map(({ text }) => text).join(""),
    reasoning_content: own.length === 0 ? undefined : own.map(({ text }) => text).join("\n\n"),
    tool_calls:
      calls.length === 0
        ? undefined
        : calls.map(({ id, name, arguments: text }) => ({
            id: fittingId(id),
            type: "function",
            function: { name, arguments: text },
          })),
  };
  return [defined(message)];
}

function toolFields({ tools, toolChoice, parallelTools }: ModelRequest, losses: Losses): JsonObject {
  if (tools.length === 0) return {};
  return defined({
    tools: tools.map(({ name, description, schema, strict }) => ({
      type: "function",
      function: defined({
        name,
        description,
        parameters: withItems(schema),
        strict: strictFor(schema, strict, losses, "tools.strict"),
      }),
    })),
    tool_choice:
      typeof toolChoice === "object" ? { type: "function", function: { name: toolChoice.name } } : toolChoice,
    parallel_tool_calls: parallelTools,
  });
}

function formatOf({ format }: ModelRequest, losses: Losses): JsonObject | undefined {
  if (!format) return undefined;
  if (format.kind === "json") return { type: "json_object" };
  const { name, schema, description } = format;
  const strict = strictFor(schema, format.strict, losses, "response_format.strict");
  return { type: "json_schema", json_schema: defined({ name, schema, strict, description }) };
}

/** Kept to where OpenAI can, else as well as the model does it. */
export function strictFor(
  schema: JsonObject,
  strict: boolean | undefined,
  losses: Losses,
  name: string,
): true | undefined {
  if (!strict) return undefined;
  if (isStrictSchema(schema)) return true;
  losses.drop(name, true);
  return undefined;
}
