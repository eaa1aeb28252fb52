// A client's messages request. Facts: the public API reference.
import type { JsonObject } from "../../../core/json.ts";
import { isObject } from "../../../core/json.ts";
import type { FieldRules } from "../fields.ts";
import {
  countAt,
  defined,
  fault,
  hintsIn,
  nameAt,
  numberAt,
  objectAt,
  objectsAt,
  textAt,
  textsAt,
} from "../fields.ts";
import { offered } from "../hosted-tools.ts";
import type {
  AnswerFormat,
  Effort,
  Message,
  ModelRequest,
  Part,
  Reasoning,
  TextPart,
  Tool,
  ToolChoice,
} from "../neutral.ts";
import { conversationOf } from "../instructions.ts";
import { parametersOf } from "../schemas.ts";
import { messageOf, textBlocks } from "./read-content.ts";

const FIELDS: FieldRules = {
  read: [
    "model",
    "messages",
    "stream",
    "system",
    "max_tokens",
    "temperature",
    "top_p",
    "top_k",
    "stop_sequences",
    "tools",
    "tool_choice",
    "thinking",
    "output_config",
    "output_format",
    "metadata",
  ],
  onlyDefault: {
    container: () => false,
    mcp_servers: (value) => Array.isArray(value) && value.length === 0,
  },
};

/** @throws AccessError `bad_input` */
export function readRequest(body: JsonObject): ModelRequest {
  const hints = hintsIn(body, FIELDS, "leave it out, or call a model that speaks messages");
  const messages = objectsAt(body, "messages");
  if (messages.length === 0) throw fault("messages", "must be a list with at least one message");
  const lost = new Set(hints);
  const own = textBlocks(body["system"], "system", lost);
  const talk = conversationOf(messages.map(([message, place]) => messageOf(message, place, lost)));
  const system = [...own, ...talk.system];
  if (isCached(system, talk.messages)) lost.add("cache_control");
  const choice = objectAt(body, "tool_choice");
  const { tools, dropped } = toolsIn(body);
  return defined({
    stream: body["stream"] === true,
    wantsUsage: true,
    system,
    messages: talk.messages,
    tools,
    toolChoice: choice && toolChoiceOf(choice),
    parallelTools: choice?.["disable_parallel_tool_use"] === true ? false : undefined,
    maxTokens: countAt(body, "max_tokens"),
    temperature: numberAt(body, "temperature"),
    topP: numberAt(body, "top_p"),
    topK: numberAt(body, "top_k"),
    stop: textsAt(body, "stop_sequences"),
    reasoning: reasoningOf(body),
    format: formatOf(body),
    user: textAt(objectAt(body, "metadata") ?? {}, "user_id", "metadata.user_id"),
    dropped: [...lost, ...dropped],
  }) as ModelRequest;
}

const isCached = (system: readonly TextPart[], messages: readonly Message[]): boolean =>
  [...system, ...messages.flatMap(({ parts }): readonly Part[] => parts)].some((part) => "cache" in part);

/** Those of another type are run by Anthropic. */
const isOwn = (tool: JsonObject): boolean => (tool["type"] ?? "custom") === "custom";

function toolsIn(body: JsonObject) {
  const given = objectsAt(body, "tools");
  const hosted = given
    .filter(([tool]) => !isOwn(tool))
    .map(([tool, place]) => nameAt(tool, "type", `${place}.type`));
  const own = given.filter(([tool]) => isOwn(tool));
  return offered(
    own.map(([tool, place]) => toolOf(tool, place)),
    hosted,
  );
}

function toolOf(tool: JsonObject, place: string): Tool {
  return defined({
    name: nameAt(tool, "name", `${place}.name`),
    description: textAt(tool, "description", `${place}.description`),
    schema: parametersOf(objectAt(tool, "input_schema", `${place}.input_schema`)),
    strict: tool["strict"] === true ? true : undefined,
  }) as Tool;
}

function toolChoiceOf(choice: JsonObject): ToolChoice {
  switch (choice["type"]) {
    case "auto":
    case "none":
      return choice["type"];
    case "any":
      return "required";
    case "tool":
      return { name: nameAt(choice, "name", "tool_choice.name") };
    default:
      throw fault("tool_choice.type", "must be auto, any, tool or none");
  }
}

const EFFORTS: ReadonlySet<unknown> = new Set(["low", "medium", "high", "xhigh", "max"]);

function reasoningOf(body: JsonObject): Reasoning | undefined {
  const thinking = objectAt(body, "thinking");
  const effort = objectAt(body, "output_config")?.["effort"];
  const known = EFFORTS.has(effort) ? { effort: effort as Effort } : {};
  if (thinking?.["type"] === "disabled") return { effort: "none", budgetTokens: 0 };
  if (thinking?.["type"] === "enabled") {
    const budgetTokens = countAt(thinking, "budget_tokens", "thinking.budget_tokens");
    return { summary: true, ...known, ...(budgetTokens === undefined ? {} : { budgetTokens }) };
  }
  if (thinking?.["type"] === "adaptive") return { summary: thinking["display"] !== "omitted", ...known };
  return "effort" in known ? known : undefined;
}

function formatOf(body: JsonObject): AnswerFormat | undefined {
  const format = objectAt(body, "output_config")?.["format"] ?? body["output_format"];
  if (format === undefined || format === null) return undefined;
  if (isObject(format) && format["type"] === "json_schema" && isObject(format["schema"]))
    return { kind: "schema", name: "answer", schema: format["schema"], strict: true };
  throw fault("output_config.format", "must be a json_schema with a schema");
}
