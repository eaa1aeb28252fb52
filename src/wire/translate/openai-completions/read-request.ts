// A client's chat completion request. Facts: the public API reference.
import { AccessError } from "../../../core/errors.ts";
import type { JsonObject } from "../../../core/json.ts";
import { isObject } from "../../../core/json.ts";
import type { FieldRules } from "../fields.ts";
import {
  countAt,
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
import { EFFORT_RULE, isEffort } from "../effort.ts";
import { conversationOf } from "../instructions.ts";
import type { AnswerFormat, Effort, ModelRequest, Tool, ToolChoice } from "../neutral.ts";
import { parametersOf } from "../schemas.ts";
import { messageOf } from "./read-messages.ts";

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
    "verbosity",
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
  const dropped = hintsIn(body, FIELDS, "leave it out, or call a model that speaks chat completions");
  const maxTokens = countAt(body, "max_completion_tokens") ?? countAt(body, "max_tokens");
  const effort = effortAt(body);
  const messages = objectsAt(body, "messages");
  if (messages.length === 0) throw fault("messages", "must be a list with at least one message");
  const talk = conversationOf(messages.map(([message, place]) => messageOf(message, place)));
  return defined({
    stream: body["stream"] === true,
    wantsUsage: objectAt(body, "stream_options")?.["include_usage"] === true,
    ...talk,
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
    verbosity: textAt(body, "verbosity"),
    user: textAt(body, "user"),
    cacheKey: textAt(body, "prompt_cache_key"),
    dropped: messages.some(([{ name }]) => typeof name === "string")
      ? [...dropped, "messages.name"]
      : dropped,
  }) as ModelRequest;
}

function effortAt(body: JsonObject): Effort | undefined {
  const value = textAt(body, "reasoning_effort");
  if (value === undefined || isEffort(value)) return value;
  throw fault("reasoning_effort", EFFORT_RULE);
}

function toolOf(tool: JsonObject, place: string): Tool {
  const inner = tool["type"] === "function" ? objectAt(tool, "function", `${place}.function`) : undefined;
  if (!inner)
    throw fault(place, "is no function: only functions can be carried to a provider of another protocol");
  return defined({
    name: nameAt(inner, "name", `${place}.function.name`),
    description: textAt(inner, "description", `${place}.function.description`),
    schema: parametersOf(objectAt(inner, "parameters", `${place}.function.parameters`)),
    strict: inner["strict"] === true ? true : undefined,
  }) as Tool;
}

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
