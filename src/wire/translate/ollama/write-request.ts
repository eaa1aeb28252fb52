// A chat request for Ollama. Facts: its public API reference.
import type { JsonObject } from "../../../core/json.ts";
import { textIn } from "../data-source.ts";
import { defined, fault } from "../fields.ts";
import { instructionIn, runsOf } from "../instructions.ts";
import { Losses } from "../losses.ts";
import type { AssistantPart, FilePart, ImagePart, Message, ModelRequest, TextPart } from "../neutral.ts";
import { argumentsObject } from "../tool-arguments.ts";
import type { RequestTarget, WrittenRequest } from "../translator.ts";
import { talkOf } from "../turns.ts";

/** @throws AccessError `bad_input` for an image that is only an address, a file, or a forced tool */
export function writeRequest(request: ModelRequest, target: RequestTarget): WrittenRequest {
  const losses = new Losses(request);
  losses.drop("user", request.user);
  losses.drop("prompt_cache_key", request.cacheKey);
  losses.drop("verbosity", request.verbosity);
  losses.drop("tools.strict", request.tools.some(({ strict }) => strict) || undefined);
  losses.drop("parallel_tool_calls", request.parallelTools === false ? true : undefined);
  const { toolChoice } = request;
  if (toolChoice === "required" || typeof toolChoice === "object")
    throw fault("tool_choice", "cannot force a tool on a model of Ollama");
  const names: Names = new Map();
  const system = request.system.map(({ text }) => text).join("\n\n");
  const body = defined({
    model: target.model,
    messages: [
      ...(system === "" ? [] : [{ role: "system", content: system }]),
      ...talkOf(request.messages).flatMap((message) => messagesOf(message, names, losses)),
    ],
    stream: request.stream,
    tools:
      request.tools.length === 0 || toolChoice === "none"
        ? undefined
        : request.tools.map(({ name, description, schema }) => ({
            type: "function",
            function: defined({ name, description, parameters: schema }),
          })),
    format: formatOf(request),
    think: thinkOf(request, target),
    options: optionsOf(request),
  });
  return { body, dropped: losses.names };
}

/** Names of the functions, by the ids of their calls: results tell the name here. */
type Names = Map<string, string>;

function messagesOf(message: Message, names: Names, losses: Losses): JsonObject[] {
  if (message.role === "assistant") {
    losses.drop("thinking", message.parts.some(isHidden) || undefined);
    return [assistantMessage(message.parts, names)];
  }
  const results = message.parts.filter((part) => part.kind === "tool_result");
  const others = message.parts.filter((part) => part.kind !== "tool_result");
  losses.drop("tool_result.is_error", results.some(({ failed }) => failed) || undefined);
  return [
    ...results.map(({ callId, content }) => ({
      ...contentOf("tool", content, losses),
      tool_name: names.get(callId) ?? callId,
    })),
    ...runsOf(others).map((run) =>
      contentOf(instructionIn(run) === undefined ? "user" : "system", run as Shown[], losses),
    ),
  ];
}

/** Reasoning without words is a proof for its own provider only. */
const isHidden = (part: AssistantPart): boolean => part.kind === "thinking" && part.text === "";

function assistantMessage(parts: readonly AssistantPart[], names: Names): JsonObject {
  const textOf = (kind: "text" | "thinking") =>
    parts.map((part) => (part.kind === kind ? part.text : "")).join("");
  const calls = parts.filter((part) => part.kind === "tool_call");
  for (const { id, name } of calls) names.set(id, name);
  return defined({
    role: "assistant",
    content: textOf("text"),
    thinking: textOf("thinking") || undefined,
    tool_calls:
      calls.length === 0
        ? undefined
        : calls.map(({ name, arguments: given }) => ({
            function: { name, arguments: argumentsObject(given) },
          })),
  });
}

type Shown = TextPart | ImagePart | FilePart;

function contentOf(role: "tool" | "user" | "system", parts: readonly Shown[], losses: Losses): JsonObject {
  const images = parts.flatMap((part) => {
    if (part.kind === "text" || textOfFile(part) !== undefined) return [];
    if (part.kind === "image") losses.drop("image.detail", part.detail);
    if (part.kind === "file") throw fault("messages", "hold a file, which a model of Ollama cannot read");
    if (part.source.kind === "url")
      throw fault("messages", "hold the address of an image: Ollama wants its data");
    return [part.source.data];
  });
  const content = parts.flatMap((part) => (part.kind === "text" ? part.text : (textOfFile(part) ?? [])));
  return defined({ role, content: content.join("\n\n"), images: images.length > 0 ? images : undefined });
}

const textOfFile = (part: Shown): string | undefined =>
  part.kind === "file" ? textIn(part.source) : undefined;

function formatOf({ format }: ModelRequest): unknown {
  if (!format) return undefined;
  return format.kind === "json" ? "json" : format.schema;
}

/** Models that cannot think refuse to be asked to: it takes more than the habit of a client. */
function thinkOf({ reasoning }: ModelRequest, { reasoning: reasons }: RequestTarget): boolean | undefined {
  if (!reasoning || reasons === false) return undefined;
  if (reasoning.effort === "none") return false;
  return reasons === true || reasoning.effort !== undefined ? true : undefined;
}

function optionsOf(request: ModelRequest): JsonObject | undefined {
  const options = defined({
    num_predict: request.maxTokens,
    temperature: request.temperature,
    top_p: request.topP,
    top_k: request.topK,
    seed: request.seed,
    presence_penalty: request.presencePenalty,
    frequency_penalty: request.frequencyPenalty,
    stop: request.stop.length > 0 ? request.stop : undefined,
  });
  return Object.keys(options).length === 0 ? undefined : options;
}
