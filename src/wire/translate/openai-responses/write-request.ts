// A responses request for a provider. Facts: the public API reference. Nothing is kept at the provider.
import { AccessError } from "../../../core/errors.ts";
import type { JsonObject } from "../../../core/json.ts";
import { textIn, urlOf } from "../data-source.ts";
import { effortFor } from "../effort.ts";
import { defined } from "../fields.ts";
import { instructionIn, runsOf } from "../instructions.ts";
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
import { strictFor } from "../openai-completions/write-request.ts";
import { withItems } from "../schemas.ts";
import { valueFor } from "../signature.ts";
import { fittingId } from "../tool-ids.ts";
import type { RequestTarget, WrittenRequest } from "../translator.ts";
import { talkOf } from "../turns.ts";
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
    input: talkOf(request.messages).flatMap((message) => itemsOf(message, losses)),
    stream: request.stream ? true : undefined,
    store: false,
    include: reasoning ? ["reasoning.encrypted_content"] : undefined,
    max_output_tokens:
      request.maxTokens === undefined ? undefined : Math.max(request.maxTokens, FEWEST_TOKENS),
    temperature: request.temperature,
    top_p: request.topP,
    ...toolFields(request, losses),
    reasoning,
    text: textOf(request, losses),
    user: request.user,
    prompt_cache_key: request.cacheKey,
  });
  return { body, dropped: losses.names };
}

function reasoningOf(request: ModelRequest, target: RequestTarget): JsonObject | undefined {
  if (!request.reasoning || target.reasoning === false) return undefined;
  const summary = request.reasoning.summary ? "auto" : undefined;
  return defined({ effort: effortFor(request, target), summary });
}

function itemsOf(message: Message, losses: Losses): JsonObject[] {
  if (message.role === "assistant") return message.parts.flatMap((part) => assistantItems(part, losses));
  const results = message.parts.filter((part) => part.kind === "tool_result");
  const others = message.parts.filter((part) => part.kind !== "tool_result");
  return [
    ...results.map((result) => resultItem(result, losses)),
    ...runsOf(others).map((run) => {
      const instruction = instructionIn(run);
      return instruction === undefined
        ? { role: "user", content: (run as Shown[]).map(inputPart) }
        : { role: "developer", content: instruction };
    }),
  ];
}

type Shown = TextPart | ImagePart | FilePart;

function resultItem({ callId, content, failed }: ToolResultPart, losses: Losses): JsonObject {
  losses.drop("tool_result.is_error", failed);
  const isText = content.every((part) => part.kind === "text");
  const output = isText ? content.map(({ text }) => text).join("\n\n") : content.map(inputPart);
  return { type: "function_call_output", call_id: fittingId(callId), output };
}

function inputPart(part: Shown): JsonObject {
  if (part.kind === "text") return { type: "input_text", text: part.text };
  if (part.kind === "image")
    return defined({ type: "input_image", image_url: urlOf(part.source), detail: part.detail });
  const text = textIn(part.source);
  if (text !== undefined) return { type: "input_text", text };
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
      return [
        { type: "function_call", call_id: fittingId(part.id), name: part.name, arguments: part.arguments },
      ];
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
  const id = value.slice(0, colon) || undefined;
  return [defined({ type: "reasoning", id, summary, encrypted_content: value.slice(colon + 1) })];
}

function toolFields({ tools, toolChoice, parallelTools }: ModelRequest, losses: Losses): JsonObject {
  if (tools.length === 0) return {};
  return defined({
    tools: tools.map(({ name, description, schema, strict }) =>
      defined({
        type: "function",
        name,
        description,
        parameters: withItems(schema),
        strict: strictFor(schema, strict, losses, "tools.strict") ?? false,
      }),
    ),
    tool_choice: typeof toolChoice === "object" ? { type: "function", name: toolChoice.name } : toolChoice,
    parallel_tool_calls: parallelTools,
  });
}

function textOf(request: ModelRequest, losses: Losses): JsonObject | undefined {
  const { verbosity } = request;
  const format = formatOf(request, losses);
  return format || verbosity ? defined({ format, verbosity }) : undefined;
}

function formatOf({ format }: ModelRequest, losses: Losses): JsonObject | undefined {
  if (!format) return undefined;
  if (format.kind === "json") return { type: "json_object" };
  const { name, schema, description } = format;
  const strict = strictFor(schema, format.strict, losses, "response_format.strict") ?? false;
  return defined({ type: "json_schema", name, schema, strict, description });
}
