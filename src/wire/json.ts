// Small readers for decoded JSON of unknown shape.
import type { JsonObject, Usage } from "./wire.ts";

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** A JSON object, or `undefined` for anything else, malformed text included. */
export function parseObject(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** The text of a message's content: a string, or the text parts of a list. */
export function textOf(content: unknown): string {
  if (typeof content === "string") return content;
  if (!Array.isArray(content)) return "";
  return content
    .map((part) => (isObject(part) && typeof part["text"] === "string" ? part["text"] : ""))
    .join("\n");
}

export const messagesOf = (body: JsonObject): readonly JsonObject[] =>
  Array.isArray(body["messages"]) ? body["messages"].filter(isObject) : [];

/** The last `"usage": {…}` of a text, decoded; a `null` usage is passed over. */
export function lastUsage(tail: string): JsonObject | undefined {
  for (
    let at = tail.lastIndexOf('"usage"');
    at !== -1;
    at = at > 0 ? tail.lastIndexOf('"usage"', at - 1) : -1
  ) {
    const open = tail.indexOf("{", at + 7);
    if (open === -1 || tail.slice(at + 7, open).trim() !== ":") continue;
    const usage = parseObject(tail.slice(open, closingBrace(tail, open) + 1));
    if (usage) return usage;
  }
  return undefined;
}

function closingBrace(text: string, open: number): number {
  let depth = 0;
  for (let i = open; i < text.length; i++) {
    if (text[i] === "{") depth++;
    else if (text[i] === "}" && --depth === 0) return i;
  }
  return -1;
}

/** Token counts under the names that a wire uses; `undefined` unless at least one is there. */
export function countTokens(usage: JsonObject | undefined, input: string, output: string): Usage | undefined {
  const [inputTokens, outputTokens] = [usage?.[input], usage?.[output]];
  if (typeof inputTokens !== "number" && typeof outputTokens !== "number") return undefined;
  return { inputTokens: Number(inputTokens ?? 0), outputTokens: Number(outputTokens ?? 0) };
}

/** Out of range, or of the wrong type, in a field that holds an optional number. */
export function numberFault(
  body: JsonObject,
  field: string,
  least: number,
  most: number,
): string | undefined {
  const value = body[field];
  if (value === undefined || value === null) return undefined;
  if (typeof value === "number" && value >= least && value <= most) return undefined;
  return `${field} must be a number from ${least} to ${most}.`;
}

export const listFault = (body: JsonObject, field: string): string | undefined =>
  body[field] === undefined || body[field] === null || Array.isArray(body[field])
    ? undefined
    : `${field} must be a list.`;
