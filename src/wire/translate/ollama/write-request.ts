// A chat request for Ollama. Facts: its public API reference.
import type { JsonObject } from "../../../core/json.ts";
import { parseObject } from "../../../core/json.ts";
import { defined, fault } from "../fields.ts";
import { Losses } from "../losses.ts";
import type { FilePart, ImagePart, Message, ModelRequest, TextPart } from "../neutral.ts";
import type { RequestTarget, WrittenRequest } from "../translator.ts";

/** @throws AccessError `bad_input` for an image that is only an address, a file, or a forced tool */
export function writeRequest(request: ModelRequest, target: RequestTarget): WrittenRequest {
  const losses = new Losses(request);
  losses.drop("user", request.user);
  losses.drop("prompt_cache_key", request.cacheKey);
  losses.drop("parallel_tool_calls", request.parallelTools === false ? true : undefined);
  const { toolChoice } = request;
  if (toolChoice === "required" || typeof toolChoice === "object")
    throw fault("tool_choice", "cannot force a tool on a model of Ollama");
  const system = request.system.map(({ text }) => text).join("\n\n");
  const body = defined({
    model: target.model,
    messages: [
      ...(system === "" ? [] : [{ role: "system", content: system }]),
      ...request.messages.flatMap((message) => messagesOf(message, losses)),
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

function messagesOf(message: Message, losses: Losses): JsonObject[] {
  if (message.role === "assistant") {
    losses.drop("thinking", message.parts.some(({ kind }) => kind === "thinking") || undefined);
    const text = message.parts.map((part) => (part.kind === "text" ? part.text : "")).join("");
    const calls = message.parts.filter((part) => part.kind === "tool_call");
    const toolCalls = calls.map(({ name, arguments: given }) => ({
      function: { name, arguments: parseObject(given) ?? {} },
    }));
    return [
      defined({ role: "assistant", content: text, tool_calls: calls.length > 0 ? toolCalls : undefined }),
    ];
  }
  const results = message.parts.filter((part) => part.kind === "tool_result");
  const others = message.parts.filter((part) => part.kind !== "tool_result");
  losses.drop("tool_result.is_error", results.some(({ failed }) => failed) || undefined);
  return [
    ...results.map(({ content }) => contentOf("tool", content)),
    ...(others.length === 0 ? [] : [contentOf("user", others)]),
  ];
}

function contentOf(role: "tool" | "user", parts: readonly (TextPart | ImagePart | FilePart)[]): JsonObject {
  const images = parts.flatMap((part) => {
    if (part.kind === "text") return [];
    if (part.kind === "file") throw fault("messages", "hold a file, which a model of Ollama cannot read");
    if (part.source.kind === "url")
      throw fault("messages", "hold the address of an image: Ollama wants its data");
    return [part.source.data];
  });
  const content = parts.flatMap((part) => (part.kind === "text" ? [part.text] : [])).join("\n\n");
  return defined({ role, content, images: images.length > 0 ? images : undefined });
}

function formatOf({ format }: ModelRequest): unknown {
  if (!format) return undefined;
  return format.kind === "json" ? "json" : format.schema;
}

function thinkOf({ reasoning }: ModelRequest, { reasoning: reasons }: RequestTarget): boolean | undefined {
  if (!reasoning || reasons === false) return undefined;
  return reasoning.effort !== "none";
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
