// Small readers for decoded JSON of unknown shape.
import type { JsonObject } from "../core/json.ts";
import { isObject } from "../core/json.ts";
import type { SaidBefore, Usage } from "./wire.ts";

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

/** A message that tells how to answer, and is no part of what was said. */
export const isInstruction = ({ role }: JsonObject): boolean => role === "system" || role === "developer";

/** A request of a protocol that has `messages`. */
export function messagesBehind(body: JsonObject, before: readonly SaidBefore[]): JsonObject {
  const messages = Array.isArray(body["messages"]) ? (body["messages"] as JsonObject[]) : [];
  const said = messages.filter((message) => !isInstruction(message));
  return { ...body, messages: [...messages.filter(isInstruction), ...before, ...said] };
}

/**
 * Token counts of the last object under `key` in `tail`, by the names that a wire uses; `undefined` unless one is
 * there. Read without decoding: quotes inside text are escaped, so the quoted names stand for keys alone.
 */
export function readTokens(tail: string, input: string, output: string, key = '"usage"'): Usage | undefined {
  const usage = tail.slice(lastObject(tail, key));
  const [inputTokens, outputTokens] = [numberOf(usage, input), numberOf(usage, output)];
  if (inputTokens === undefined && outputTokens === undefined) return undefined;
  return { inputTokens: inputTokens ?? 0, outputTokens: outputTokens ?? 0 };
}

/** Index of the last `key` whose value is an object; the end of the text when there is none. */
function lastObject(text: string, key: string): number {
  for (let at = text.lastIndexOf(key); at !== -1; at = at > 0 ? text.lastIndexOf(key, at - 1) : -1) {
    const value = skipTo(text, at + key.length);
    if (text[value] === "{") return at;
  }
  return text.length;
}

/** The whole number that `key` has, if it has one. */
function numberOf(text: string, key: string): number | undefined {
  const at = text.indexOf(key);
  if (at === -1) return undefined;
  const value = Number.parseInt(text.slice(skipTo(text, at + key.length), at + key.length + 24), 10);
  return value >= 0 ? value : undefined;
}

/** Index of the value behind a key's colon. */
function skipTo(text: string, from: number): number {
  let at = from;
  while (text[at] === ":" || text[at] === " ") at++;
  return at;
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

/** A number of tokens as an answer gives it; `undefined` for anything that can be none. */
export const tokenCount = (value: unknown): number | undefined =>
  typeof value === "number" && value >= 0 ? value : undefined;
