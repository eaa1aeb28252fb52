// Places in the config as people type them: `agents.list[0].id`, `agents.defaults.models["openai/gpt-5.5"]`.
import { AccessError } from "../core/errors.ts";
import type { Path } from "./difference.ts";

/** One key: `name`, `[0]`, `["any text"]`; a dot in a name is written `\.`. */
const KEY =
  /(?:^|(?<!^)\.)(?<name>(?:\\.|[^.[\]\\])+)|\[\s*(?:(?<index>\d+)|"(?<double>(?:\\.|[^"\\])*)"|'(?<single>(?:\\.|[^'\\])*)'|(?<bare>[^\]"'\s]+))\s*\]/gy;

/** Keys that are no data in JavaScript, and never meant. */
const FORBIDDEN: ReadonlySet<string> = new Set(["__proto__", "prototype", "constructor"]);

/** @throws AccessError `bad_input` */
export function parseConfigPath(text: string): Path {
  const path: (string | number)[] = [];
  const typed = text.trim();
  let end = 0;
  for (const { 0: whole, groups = {} } of typed.matchAll(KEY)) {
    end += whole.length;
    path.push(groups["index"] === undefined ? keyOf(groups) : Number(groups["index"]));
  }
  const forbidden = path.find((key) => FORBIDDEN.has(String(key)));
  if (path.length > 0 && end === typed.length && forbidden === undefined) return path;
  throw new AccessError(
    "bad_input",
    `"${text}" is no path in the config. Write agents.defaults.model or agents.list[0].id; a key with dots as ["a.b"].`,
  );
}

function keyOf({ name, double, single, bare }: Readonly<Record<string, string | undefined>>): string {
  return (name ?? double ?? single ?? bare!).replaceAll(/\\(.)/g, "$1");
}

/**
 * The path with its keys as the document has them: numbers in lists, text in objects. Pure.
 *
 * `models.openai/gpt-5.5.alias` is also found where the dots belong to a key.
 */
export function fitPath(document: unknown, path: Path): Path {
  const fitted: (string | number)[] = [];
  let holder = document;
  let at = 0;
  while (at < path.length) {
    const [key, taken] = fitKey(holder, path.slice(at));
    fitted.push(key);
    holder = valueAt(holder, [key]);
    at += taken;
  }
  return fitted;
}

function fitKey(holder: unknown, rest: Path): [key: string | number, taken: number] {
  const key = rest[0]!;
  if (Array.isArray(holder)) return [/^\d+$/.test(String(key)) ? Number(key) : key, 1];
  if (typeof holder !== "object" || holder === null) return [key, 1];
  if (Object.hasOwn(holder, key)) return [String(key), 1];
  for (let length = rest.length; length > 1; length--) {
    const joined = rest.slice(0, length).join(".");
    if (Object.hasOwn(holder, joined)) return [joined, length];
  }
  return [String(key), 1];
}

/** The value at a path, `undefined` if there is none. */
export function valueAt(document: unknown, path: Path): unknown {
  let value = document;
  for (const key of path) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Record<PropertyKey, unknown>)[key];
  }
  return value;
}
