// A client's responses request. Facts: the public API reference.
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
} from "../fields.ts";
import { EFFORT_RULE, isEffort } from "../effort.ts";
import { offered } from "../hosted-tools.ts";
import type { AnswerFormat, ModelRequest, Reasoning, Tool, ToolChoice } from "../neutral.ts";
import { parametersOf } from "../schemas.ts";
import { readInput } from "./read-input.ts";

const FIELDS: FieldRules = {
  read: [
    "model",
    "input",
    "instructions",
    "stream",
    "max_output_tokens",
    "temperature",
    "top_p",
    "tools",
    "tool_choice",
    "parallel_tool_calls",
    "reasoning",
    "text",
    "user",
    "prompt_cache_key",
  ],
  onlyDefault: {
    previous_response_id: () => false,
    conversation: () => false,
    prompt: () => false,
    background: (value) => value === false,
    top_logprobs: (value) => value === 0,
    include: (value) => !(Array.isArray(value) && value.includes("message.output_text.logprobs")),
  },
};

/** @throws AccessError `bad_input` */
export function readRequest(body: JsonObject): ModelRequest {
  const hints = hintsIn(body, FIELDS, "send the whole conversation, or call a model that speaks responses");
  const lost = new Set(hints);
  const { system, messages } = readInput(body["input"], lost);
  const instructions = textAt(body, "instructions");
  const { tools, dropped } = toolsIn(body);
  return defined({
    stream: body["stream"] === true,
    wantsUsage: true,
    system: [...(instructions ? [{ kind: "text", text: instructions } as const] : []), ...system],
    messages,
    tools,
    toolChoice: toolChoiceOf(body["tool_choice"]),
    parallelTools: flagAt(body, "parallel_tool_calls"),
    maxTokens: countAt(body, "max_output_tokens"),
    temperature: numberAt(body, "temperature"),
    topP: numberAt(body, "top_p"),
    stop: [],
    reasoning: reasoningOf(body),
    format: formatOf(body),
    verbosity: textAt(objectAt(body, "text") ?? {}, "verbosity", "text.verbosity"),
    user: textAt(body, "user"),
    cacheKey: textAt(body, "prompt_cache_key"),
    dropped: [...lost, ...dropped],
  }) as ModelRequest;
}

function toolsIn(body: JsonObject) {
  const given = objectsAt(body, "tools");
  const own = given.filter(([tool]) => tool["type"] === "function" || tool["type"] === "custom");
  const hosted = given
    .filter((each) => !own.includes(each))
    .map(([tool, place]) => nameAt(tool, "type", `${place}.type`));
  return offered(
    own.map(([tool, place]) => toolOf(tool, place)),
    hosted,
  );
}

function toolOf(tool: JsonObject, place: string): Tool {
  const name = nameAt(tool, "name", `${place}.name`);
  const description = textAt(tool, "description", `${place}.description`);
  if (tool["type"] === "custom")
    return defined({
      name,
      description: freeformWords(tool, description),
      schema: FREEFORM,
      freeform: true,
    }) as Tool;
  return defined({
    name,
    description,
    schema: parametersOf(objectAt(tool, "parameters", `${place}.parameters`)),
    strict: tool["strict"] === true ? true : undefined,
  }) as Tool;
}

const FREEFORM = {
  type: "object",
  properties: { input: { type: "string", description: "The whole input of the tool, as plain text." } },
  required: ["input"],
  additionalProperties: false,
};

/** The grammar of the input, where there is one, can only be told in words. */
function freeformWords(tool: JsonObject, description: string | undefined): string | undefined {
  const format = isObject(tool["format"]) ? tool["format"] : {};
  if (typeof format["definition"] !== "string") return description;
  const syntax = typeof format["syntax"] === "string" ? `${format["syntax"]} ` : "";
  const grammar = `The input follows this ${syntax}grammar:\n${format["definition"]}`;
  return description === undefined ? grammar : `${description}\n\n${grammar}`;
}

function toolChoiceOf(choice: unknown): ToolChoice | undefined {
  if (choice === undefined || choice === null) return undefined;
  if (choice === "auto" || choice === "none" || choice === "required") return choice;
  if (isObject(choice) && (choice["type"] === "function" || choice["type"] === "custom"))
    return { name: nameAt(choice, "name", "tool_choice.name") };
  throw new AccessError(
    "bad_input",
    "tool_choice must be auto, none, required or a function for a provider of another protocol.",
  );
}

function reasoningOf(body: JsonObject): Reasoning | undefined {
  const reasoning = objectAt(body, "reasoning");
  if (!reasoning) return undefined;
  const effort = textAt(reasoning, "effort", "reasoning.effort");
  if (effort !== undefined && !isEffort(effort)) throw fault("reasoning.effort", EFFORT_RULE);
  const summary = reasoning["summary"] ?? reasoning["generate_summary"];
  if (effort === undefined && typeof summary !== "string") return undefined;
  return {
    ...(effort === undefined ? {} : { effort }),
    ...(typeof summary === "string" ? { summary: true } : {}),
  };
}

function formatOf(body: JsonObject): AnswerFormat | undefined {
  const format = objectAt(objectAt(body, "text") ?? {}, "format", "text.format");
  if (!format || format["type"] === "text") return undefined;
  if (format["type"] === "json_object") return { kind: "json" };
  if (format["type"] !== "json_schema")
    throw fault("text.format.type", "must be text, json_object or json_schema");
  return defined({
    kind: "schema" as const,
    name: nameAt(format, "name", "text.format.name"),
    schema: objectAt(format, "schema", "text.format.schema") ?? {},
    strict: format["strict"] === true ? true : undefined,
    description: textAt(format, "description", "text.format.description"),
  }) as AnswerFormat;
}
