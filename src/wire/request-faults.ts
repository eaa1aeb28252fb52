// What is wrong with a request of the agent path, in one sentence. Facts: gateway spec §2, and what OpenClaw's
// "OpenAI chat completions" and "OpenResponses API" say of tools and sampling fields.
import type { JsonObject } from "../core/json.ts";
import { isObject } from "../core/json.ts";
import { listFault, numberFault } from "./json.ts";

type Fault = string | undefined;

export function faultOfCompletions(body: JsonObject): Fault {
  return (
    messagesFault(body["messages"]) ??
    stopFault(body["stop"]) ??
    numberFault(body, "temperature", 0, 2) ??
    numberFault(body, "top_p", 0, 1) ??
    numberFault(body, "frequency_penalty", -2, 2) ??
    numberFault(body, "presence_penalty", -2, 2) ??
    wholeFault(body, "seed") ??
    wholeFault(body, "max_tokens", 1) ??
    wholeFault(body, "max_completion_tokens", 1) ??
    toolsFault(body, "function.name", (tool) =>
      tool["type"] === "function" && isObject(tool["function"]) ? tool["function"]["name"] : undefined,
    ) ??
    choiceFault(body, body["tool_choice"], (choice) =>
      isObject(choice["function"]) ? choice["function"]["name"] : undefined,
    )
  );
}

export function faultOfResponses(body: JsonObject): Fault {
  return (
    inputFault(body["input"]) ??
    numberFault(body, "temperature", 0, 2) ??
    numberFault(body, "top_p", 0, 1) ??
    wholeFault(body, "max_output_tokens", 1) ??
    toolsFault(body, "name", (tool) => (tool["type"] === "function" ? tool["name"] : "hosted")) ??
    choiceFault(body, pinnedFunction(body["tool_choice"]), ({ name }) => name)
  );
}

function messagesFault(messages: unknown): Fault {
  if (!Array.isArray(messages) || messages.length === 0)
    return "messages must be a list with at least one message.";
  if (!messages.every(isObject)) return "Each of the messages must be an object with a role and content.";
  return messages.some(says) ? undefined : "messages must hold at least one message of the user.";
}

const says = ({ role, content }: JsonObject): boolean =>
  role === "user" && content !== undefined && content !== null && content !== "" && !isEmptyList(content);

const isEmptyList = (value: unknown): boolean => Array.isArray(value) && value.length === 0;

/** Instructions, and what the model said before, ask for nothing. */
const SAYS_NOTHING = new Set(["system", "developer", "assistant"]);

const silent = (item: unknown): boolean => isObject(item) && SAYS_NOTHING.has(String(item["role"]));

function inputFault(input: unknown): Fault {
  const given = typeof input === "string" ? input !== "" : Array.isArray(input) && input.length > 0;
  if (!given) return "input must be text or a list with at least one item.";
  return Array.isArray(input) && input.every(silent)
    ? "input must hold at least one message of the user."
    : undefined;
}

function stopFault(stop: unknown): Fault {
  if (stop === undefined || stop === null) return undefined;
  const list: readonly unknown[] = Array.isArray(stop) ? stop : [stop];
  if (list.length > 4) return "stop takes at most 4 sequences.";
  return list.every((each) => typeof each === "string" && each !== "")
    ? undefined
    : "stop must be text, or a list of texts that are not empty.";
}

function wholeFault(body: JsonObject, field: string, least = -Infinity): Fault {
  const value = body[field];
  if (value === undefined || value === null) return undefined;
  if (Number.isInteger(value) && (value as number) >= least) return undefined;
  return `${field} must be a whole number${least > 0 ? ` from ${least}` : ""}.`;
}

/** @param nameOf the name of a tool, `undefined` when it is none of a kind that is known here */
function toolsFault(body: JsonObject, place: string, nameOf: (tool: JsonObject) => unknown): Fault {
  const fault = listFault(body, "tools");
  if (fault !== undefined || !Array.isArray(body["tools"])) return fault;
  const at = body["tools"].findIndex((tool) => {
    const name = isObject(tool) ? nameOf(tool) : undefined;
    return typeof name !== "string" || name === "";
  });
  return at === -1 ? undefined : `tools[${at}] must be a function with a name (${place}).`;
}

/** Choices of a provider's own tools are its business. */
const pinnedFunction = (choice: unknown): unknown =>
  isObject(choice) && choice["type"] !== "function" ? undefined : choice;

function choiceFault(body: JsonObject, choice: unknown, nameOf: (choice: JsonObject) => unknown): Fault {
  if (choice === undefined || choice === null || choice === "auto" || choice === "none") return undefined;
  const tools = Array.isArray(body["tools"]) ? body["tools"].filter(isObject) : [];
  if (choice === "required")
    return tools.length > 0 ? undefined : "tool_choice is required, and there are no tools.";
  const name = isObject(choice) && choice["type"] === "function" ? nameOf(choice) : undefined;
  if (typeof name !== "string")
    return "tool_choice must be auto, none, required, or a function with its name.";
  const known = tools.some(
    (tool) => tool["name"] === name || (isObject(tool["function"]) && tool["function"]["name"] === name),
  );
  return known
    ? undefined
    : `tool_choice names ${JSON.stringify(name.slice(0, 100))}, which is none of the tools.`;
}
