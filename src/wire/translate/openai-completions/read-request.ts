// A client's chat completion request. Facts: the public API reference.
import { AccessError } from "../../../core/errors.ts";
import type { JsonObject } from "../../../core/json.ts";
import { isObject, parseObject } from "../../../core/json.ts";
import { dataSource } from "../data-source.ts";
import type { FieldRules } from "../fields.ts";
import {
  defined,
  fault,
  flagAt,
  hintsIn,
  nameAt,
  numberAt,
  objectAt,
  objectsAt,
  textAt,
  textsAt,
} from "../fields.ts";
import type {
  AnswerFormat,
  AssistantPart,
  Effort,
  FilePart,
  ImagePart,
  Message,
  ModelRequest,
  TextPart,
  Tool,
  ToolChoice,
  UserPart,
} from "../neutral.ts";

const FIELDS: FieldRules = {
  read: [
    "model",
    "messages",
    "stream",
    "stream_options",
    "max_tokens",
    "max_completion_tokens",
    "temperature",
    "top_p",
    "top_k",
    "presence_penalty",
    "frequency_penalty",
    "seed",
    "stop",
    "tools",
    "tool_choice",
    "parallel_tool_calls",
    "response_format",
    "reasoning_effort",
    "user",
    "prompt_cache_key",
  ],
  onlyDefault: {
    n: (value) => value === 1,
    logprobs: (value) => value === false,
    top_logprobs: (value) => value === 0,
    logit_bias: (value) => isObject(value) && Object.keys(value).length === 0,
    modalities: (value) => Array.isArray(value) && value.every((each) => each === "text"),
    audio: () => false,
    functions: (value) => Array.isArray(value) && value.length === 0,
    function_call: (value) => value === "none" || value === "auto",
    web_search_options: () => false,
  },
};

/** @throws AccessError `bad_input` */
export function readRequest(body: JsonObject): ModelRequest {
  const dropped = hintsIn(body, FIELDS, "Leave it out, or call a model that speaks chat completions.");
  const maxTokens = numberAt(body, "max_completion_tokens") ?? numberAt(body, "max_tokens");
  const effort = effortAt(body);
  const messages = objectsAt(body, "messages");
  if (messages.length === 0) throw fault("messages", "must be a list with at least one message");
  return defined({
    stream: body["stream"] === true,
    wantsUsage: objectAt(body, "stream_options")?.["include_usage"] === true,
    system: messages.flatMap(([message, place]) =>
      isInstruction(message) ? instruction(message, place) : [],
    ),
    messages: messages.flatMap(([message, place]) => (isInstruction(message) ? [] : [turn(message, place)])),
    tools: objectsAt(body, "tools").map(([tool, place]) => toolOf(tool, place)),
    toolChoice: toolChoiceOf(body["tool_choice"]),
    parallelTools: flagAt(body, "parallel_tool_calls"),
    maxTokens,
    temperature: numberAt(body, "temperature"),
    topP: numberAt(body, "top_p"),
    topK: numberAt(body, "top_k"),
    presencePenalty: numberAt(body, "presence_penalty"),
    frequencyPenalty: numberAt(body, "frequency_penalty"),
    seed: numberAt(body, "seed"),
    stop: textsAt(body, "stop"),
    reasoning: effort === undefined ? undefined : { effort },
    format: formatOf(body),
    user: textAt(body, "user"),
    cacheKey: textAt(body, "prompt_cache_key"),
    dropped,
  }) as ModelRequest;
}

const EFFORTS: ReadonlySet<string> = new Set(["none", "minimal", "low", "medium", "high", "xhigh", "max"]);

function effortAt(body: JsonObject): Effort | undefined {
  const value = textAt(body, "reasoning_effort");
  if (value === undefined || EFFORTS.has(value)) return value as Effort | undefined;
  throw fault("reasoning_effort", `must be one of ${[...EFFORTS].join(", ")}`);
}

const isInstruction = (message: JsonObject) =>
  message["role"] === "system" || message["role"] === "developer";

function instruction(message: JsonObject, place: string): TextPart[] {
  return contentOf(message, place).map((part) => {
    if (part.kind === "text") return part;
    throw fault(`${place}.content`, "can hold text only");
  });
}

function turn(message: JsonObject, place: string): Message {
  const role = message["role"];
  if (role === "user") return { role, parts: contentOf(message, place) };
  if (role === "assistant") return { role, parts: assistantParts(message, place) };
  if (role === "tool") return { role: "user", parts: [toolResult(message, place)] };
  throw fault(`${place}.role`, "must be system, developer, user, assistant or tool");
}

function toolResult(message: JsonObject, place: string): UserPart {
  const content = contentOf(message, place).filter((part): part is TextPart | ImagePart => {
    if (part.kind === "text" || part.kind === "image") return true;
    throw fault(`${place}.content`, "of a tool can hold text and images only");
  });
  return { kind: "tool_result", callId: nameAt(message, "tool_call_id", `${place}.tool_call_id`), content };
}

function assistantParts(message: JsonObject, place: string): AssistantPart[] {
  const thinking = message["reasoning_content"] ?? message["reasoning"];
  const refusal = textAt(message, "refusal", `${place}.refusal`);
  const content = contentOf(message, place).map((part) => {
    if (part.kind === "text") return part;
    throw fault(`${place}.content`, "of an assistant can hold text only");
  });
  const calls = objectsAt(message, "tool_calls", `${place}.tool_calls`);
  return [
    ...(typeof thinking === "string" && thinking ? [{ kind: "thinking", text: thinking } as const] : []),
    ...content,
    ...(refusal ? [{ kind: "text", text: refusal } as const] : []),
    ...calls.map(([call, at]) => toolCall(call, at)),
  ];
}

function toolCall(call: JsonObject, place: string): AssistantPart {
  const inner = objectAt(call, "function", `${place}.function`);
  if (!inner) throw fault(`${place}`, "must be a call of a function");
  const text = textAt(inner, "arguments", `${place}.function.arguments`) ?? "";
  if (text.trim() !== "" && !parseObject(text))
    throw fault(`${place}.function.arguments`, "must be the JSON text of an object");
  const id = nameAt(call, "id", `${place}.id`);
  return {
    kind: "tool_call",
    id,
    name: nameAt(inner, "name", `${place}.function.name`),
    arguments: text.trim() === "" ? "{}" : text,
  };
}

function contentOf(message: JsonObject, place: string): (TextPart | ImagePart | FilePart)[] {
  const { content } = message;
  if (content === undefined || content === null) return [];
  if (typeof content === "string") return content === "" ? [] : [{ kind: "text", text: content }];
  return objectsAt(message, "content", `${place}.content`).map(([part, at]) => partOf(part, at));
}

function partOf(part: JsonObject, place: string): TextPart | ImagePart | FilePart {
  switch (part["type"]) {
    case "text":
      return { kind: "text", text: textAt(part, "text", `${place}.text`) ?? "" };
    case "refusal":
      return { kind: "text", text: textAt(part, "refusal", `${place}.refusal`) ?? "" };
    case "image_url": {
      const given = part["image_url"];
      const image =
        typeof given === "string" ? part : (objectAt(part, "image_url", `${place}.image_url`) ?? {});
      const field = typeof given === "string" ? "image_url" : "url";
      return { kind: "image", source: dataSource(nameAt(image, field, `${place}.image_url.url`), place) };
    }
    case "file":
      return fileOf(objectAt(part, "file", `${place}.file`) ?? {}, `${place}.file`);
    default:
      throw fault(
        `${place}.type`,
        `${JSON.stringify(part["type"])} cannot be carried to a provider of another protocol`,
      );
  }
}

function fileOf(file: JsonObject, place: string): FilePart {
  const data = textAt(file, "file_data", `${place}.file_data`);
  if (data === undefined)
    throw fault(place, "must bring file_data: a file_id is known to its own provider only");
  const name = textAt(file, "filename", `${place}.filename`);
  return { kind: "file", source: dataSource(data, place), ...(name === undefined ? {} : { name }) };
}

function toolOf(tool: JsonObject, place: string): Tool {
  const inner = tool["type"] === "function" ? objectAt(tool, "function", `${place}.function`) : undefined;
  if (!inner)
    throw fault(place, "is no function: only functions can be carried to a provider of another protocol");
  return defined({
    name: nameAt(inner, "name", `${place}.function.name`),
    description: textAt(inner, "description", `${place}.function.description`),
    schema: objectAt(inner, "parameters", `${place}.function.parameters`) ?? NO_PARAMETERS,
    strict: inner["strict"] === true ? true : undefined,
  }) as Tool;
}

const NO_PARAMETERS = { type: "object", properties: {} };

function toolChoiceOf(choice: unknown): ToolChoice | undefined {
  if (choice === undefined || choice === null) return undefined;
  if (choice === "auto" || choice === "none" || choice === "required") return choice;
  const named = isObject(choice) && choice["type"] === "function" ? objectAt(choice, "function") : undefined;
  if (named) return { name: nameAt(named, "name", "tool_choice.function.name") };
  throw new AccessError(
    "bad_input",
    "tool_choice must be auto, none, required or a function for a provider of another protocol.",
  );
}

function formatOf(body: JsonObject): AnswerFormat | undefined {
  const format = objectAt(body, "response_format");
  if (!format || format["type"] === "text") return undefined;
  if (format["type"] === "json_object") return { kind: "json" };
  const inner = objectAt(format, "json_schema", "response_format.json_schema");
  if (format["type"] !== "json_schema" || !inner)
    throw fault("response_format.type", "must be text, json_object or json_schema");
  return defined({
    kind: "schema" as const,
    name: nameAt(inner, "name", "response_format.json_schema.name"),
    schema: objectAt(inner, "schema", "response_format.json_schema.schema") ?? {},
    strict: inner["strict"] === true ? true : undefined,
    description: textAt(inner, "description", "response_format.json_schema.description"),
  }) as AnswerFormat;
}
