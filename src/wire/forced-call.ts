// Whether an answer has the call that its request insisted on (gateway spec §2: "tool_choice required/pinned not
// satisfied"). Made for such requests alone.
import type { JsonObject } from "../core/json.ts";
import { isObject } from "../core/json.ts";
import type { ForcedCall } from "./wire.ts";

export const forcedInCompletions = (body: JsonObject): ForcedCall | undefined =>
  watch(body["tool_choice"], namesInChunk);

export const forcedInResponses = (body: JsonObject): ForcedCall | undefined =>
  watch(body["tool_choice"], namesInEvent);

function watch(choice: unknown, namesIn: (data: JsonObject) => readonly unknown[]): ForcedCall | undefined {
  const name = pinned(choice);
  if (choice !== "required" && name === undefined) return undefined;
  let met = false;
  return {
    see: (data) => void (met ||= namesIn(data).some((called) => name === undefined || called === name)),
    get met() {
      return met;
    },
    wanted: name === undefined ? "any of its tools" : `the tool ${JSON.stringify(name.slice(0, 100))}`,
  };
}

function pinned(choice: unknown): string | undefined {
  if (!isObject(choice) || choice["type"] !== "function") return undefined;
  const name = isObject(choice["function"]) ? choice["function"]["name"] : choice["name"];
  return typeof name === "string" ? name : undefined;
}

const objects = (value: unknown): readonly JsonObject[] =>
  Array.isArray(value) ? value.filter(isObject) : [];

/** A chunk has a delta, a whole answer a message. */
const namesInChunk = (data: JsonObject): readonly unknown[] =>
  objects(data["choices"])
    .map((choice) => choice["delta"] ?? choice["message"])
    .filter(isObject)
    .flatMap((said) => objects(said["tool_calls"]))
    .map((call) => (isObject(call["function"]) ? call["function"]["name"] : undefined))
    .filter((name) => typeof name === "string");

/** An event has an item; a whole answer, and the last event's response, an output. */
function namesInEvent(data: JsonObject): readonly unknown[] {
  const whole = isObject(data["response"]) ? data["response"] : data;
  return [data["item"], ...objects(whole["output"])]
    .filter(isObject)
    .filter(({ type }) => type === "function_call")
    .map(({ name }) => name);
}
