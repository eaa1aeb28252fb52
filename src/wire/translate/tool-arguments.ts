// Arguments of calls: JSON text on some wires, an object on others. Models write broken JSON now and then, and the
// conversation goes on with it in its history: it is carried, marked, never refused and never taken for `{}`.
import type { JsonObject } from "../../core/json.ts";
import { parseObject } from "../../core/json.ts";

const BROKEN = "invalid_json";

export function argumentsObject(text: string): JsonObject {
  if (text.trim() === "") return {};
  const object = parseObject(text);
  return object && isWritable(object, text.length) ? object : { [BROKEN]: text };
}

/** No text that is shorter holds what `JSON.stringify` finds too deep. */
const SHALLOW = 4096;

function isWritable(object: JsonObject, length: number): boolean {
  if (length <= SHALLOW) return true;
  try {
    // A few levels more than it will stand in.
    return JSON.stringify([[[[[[[[object]]]]]]]]) !== "";
  } catch {
    return false;
  }
}

export function argumentsText(value: unknown): string {
  if (typeof value === "string") return value;
  const object = (value ?? {}) as JsonObject;
  const broken = object[BROKEN];
  if (typeof broken === "string" && Object.keys(object).length === 1) return broken;
  return jsonText(object);
}

/** `JSON.parse` takes any depth, `JSON.stringify` does not: what is too deep is told as such. */
export function jsonText(value: unknown): string {
  try {
    return JSON.stringify(value);
  } catch {
    return JSON.stringify({ [BROKEN]: "nested too deeply" });
  }
}
