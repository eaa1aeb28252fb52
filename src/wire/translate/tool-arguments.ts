// Arguments of calls: JSON text on some wires, an object on others. Models write broken JSON now and then, and the
// conversation goes on with it in its history: it is carried, marked, never refused and never taken for `{}`.
import type { JsonObject } from "../../core/json.ts";
import { parseObject } from "../../core/json.ts";

const BROKEN = "invalid_json";

export const argumentsObject = (text: string): JsonObject =>
  text.trim() === "" ? {} : (parseObject(text) ?? { [BROKEN]: text });

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
