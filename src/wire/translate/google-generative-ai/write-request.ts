// A generateContent request. Facts: the public Gemini API reference.
import type { JsonObject } from "../../../core/json.ts";
import { parseObject } from "../../../core/json.ts";
import { defined } from "../fields.ts";
import { Losses } from "../losses.ts";
import type {
  AssistantPart,
  Effort,
  FilePart,
  ImagePart,
  Message,
  ModelRequest,
  TextPart,
  ToolResultPart,
} from "../neutral.ts";
import { valueFor } from "../signature.ts";
import type { RequestTarget, WrittenRequest } from "../translator.ts";
import { turnsOf } from "../turns.ts";
import { API, UNSIGNED_CALL } from "./names.ts";

export function writeRequest(request: ModelRequest, target: RequestTarget): WrittenRequest {
  const losses = new Losses(request);
  losses.drop("user", request.user);
  losses.drop("prompt_cache_key", request.cacheKey);
  losses.drop("parallel_tool_calls", request.parallelTools === false ? true : undefined);
  const names = callNames(request.messages);
  const contents = turnsOf(request.messages)
    .map((turn) => contentOf(turn, names, losses))
    .filter(({ parts }) => parts.length > 0);
  const body = defined({
    systemInstruction:
      request.system.length > 0 ? { parts: request.system.map(({ text }) => ({ text })) } : undefined,
    contents,
    ...toolFields(request),
    generationConfig: generationConfig(request, target),
  });
  return { body, dropped: losses.names };
}

/** Results name the function, where other protocols name the call. */
function callNames(messages: readonly Message[]): ReadonlyMap<string, string> {
  const calls = messages.flatMap(({ role, parts }) =>
    role === "assistant" ? parts.filter((part) => part.kind === "tool_call") : [],
  );
  return new Map(calls.map(({ id, name }) => [id, name]));
}

interface Content {
  readonly role: "user" | "model";
  readonly parts: readonly JsonObject[];
}

function contentOf(message: Message, names: ReadonlyMap<string, string>, losses: Losses): Content {
  if (message.role === "assistant") {
    const isFirst = (part: AssistantPart) => part === message.parts.find(({ kind }) => kind === "tool_call");
    return { role: "model", parts: message.parts.flatMap((part) => modelParts(part, isFirst(part), losses)) };
  }
  const results = message.parts.filter((part) => part.kind === "tool_result");
  const others = message.parts.filter((part) => part.kind !== "tool_result");
  const images = results.flatMap(({ content }) => content.filter((part) => part.kind === "image"));
  return {
    role: "user",
    parts: [
      ...results.map((result) => responsePart(result, names)),
      ...[...images, ...others].flatMap(userParts),
    ],
  };
}

function responsePart(
  { callId, content, failed }: ToolResultPart,
  names: ReadonlyMap<string, string>,
): JsonObject {
  const text = content.map((part) => (part.kind === "text" ? part.text : "")).join("\n\n");
  const response = failed ? { error: text } : { output: text };
  return { functionResponse: { name: names.get(callId) ?? callId, response } };
}

function userParts(part: TextPart | ImagePart | FilePart): JsonObject[] {
  if (part.kind === "text") return part.text === "" ? [] : [{ text: part.text }];
  const { source } = part;
  return source.kind === "base64"
    ? [{ inlineData: { mimeType: source.mediaType, data: source.data } }]
    : [{ fileData: defined({ fileUri: source.url, mimeType: mimeTypeOf(source.url, part.kind) }) }];
}

/** The provider wants to be told; an address tells it by its end. */
function mimeTypeOf(url: string, kind: "image" | "file"): string {
  const ending = /\.(png|jpe?g|gif|webp)(?:[?#]|$)/i.exec(url)?.[1]?.toLowerCase();
  if (kind === "file") return "application/pdf";
  return `image/${ending === undefined || ending.startsWith("jp") ? "jpeg" : ending}`;
}

/** The first call of a turn must be signed: one that another provider made says that it is not. */
function modelParts(part: AssistantPart, isFirstCall: boolean, losses: Losses): JsonObject[] {
  switch (part.kind) {
    case "text":
      return part.text === "" ? [] : [{ text: part.text }];
    case "thinking":
      losses.drop("thinking", true);
      return [];
    case "tool_call": {
      const signature = valueFor(API, part.signature) ?? (isFirstCall ? UNSIGNED_CALL : undefined);
      const call = { name: part.name, args: parseObject(part.arguments) ?? {} };
      return [defined({ functionCall: call, thoughtSignature: signature })];
    }
  }
}

function toolFields({ tools, toolChoice }: ModelRequest): JsonObject {
  if (tools.length === 0) return {};
  const functionDeclarations = tools.map(({ name, description, schema }) =>
    defined({ name, description, parametersJsonSchema: schema }),
  );
  return defined({
    tools: [{ functionDeclarations }],
    toolConfig: toolChoice === undefined ? undefined : { functionCallingConfig: callingConfig(toolChoice) },
  });
}

function callingConfig(choice: NonNullable<ModelRequest["toolChoice"]>): JsonObject {
  if (typeof choice === "object") return { mode: "ANY", allowedFunctionNames: [choice.name] };
  return { mode: { auto: "AUTO", none: "NONE", required: "ANY" }[choice] };
}

function generationConfig(request: ModelRequest, target: RequestTarget): JsonObject | undefined {
  const { format } = request;
  const config = defined({
    maxOutputTokens: request.maxTokens,
    temperature: request.temperature,
    topP: request.topP,
    topK: request.topK,
    seed: request.seed,
    presencePenalty: request.presencePenalty,
    frequencyPenalty: request.frequencyPenalty,
    stopSequences: request.stop.length > 0 ? request.stop : undefined,
    responseMimeType: format ? "application/json" : undefined,
    responseJsonSchema: format?.kind === "schema" ? format.schema : undefined,
    thinkingConfig: thinkingConfig(request, target),
  });
  return Object.keys(config).length === 0 ? undefined : config;
}

/** Tokens; the model's own limits have the last word. */
const BUDGETS: Readonly<Record<Effort, number>> = {
  none: 0,
  minimal: 512,
  low: 2048,
  medium: 8192,
  high: 16_384,
  xhigh: 24_576,
  max: 24_576,
};

function thinkingConfig({ reasoning }: ModelRequest, target: RequestTarget): JsonObject | undefined {
  if (!reasoning || target.reasoning === false) return undefined;
  const budget = reasoning.budgetTokens ?? (reasoning.effort && BUDGETS[reasoning.effort]);
  return defined({ includeThoughts: reasoning.effort === "none" ? undefined : true, thinkingBudget: budget });
}
