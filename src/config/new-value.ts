// Values as people type them for `config set`, and what they do to the value that stands there (OpenClaw docs,
// "Config", Values).
import json5 from "json5";
import { AccessError } from "../core/errors.ts";
import { isObject } from "../core/json.ts";
import type { Path } from "./difference.ts";
import { formatPath } from "./document.ts";
import { holdsRedacted } from "./redact.ts";

/**
 * JSON5, or else the text itself; with `strict` JSON and nothing else.
 *
 * @throws AccessError `bad_input`; the message does not repeat the value, which may be a secret
 */
export function parseValue(text: string, strict: boolean): unknown {
  const value = strict ? parseStrictly(text) : parseLoosely(text);
  if (!holdsRedacted(value)) return value;
  throw new AccessError(
    "bad_input",
    "The value holds the stand-in that config get shows for a secret. Give the secret itself, or a reference.",
  );
}

function parseStrictly(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw new AccessError(
      "bad_input",
      `The value is not JSON. Text needs double quotes inside the shell's: '"text"'. Nothing was written.`,
      { cause },
    );
  }
}

function parseLoosely(text: string): unknown {
  try {
    const value = json5.parse<unknown>(text);
    return typeof value === "number" && !Number.isFinite(value) ? text : value;
  } catch {
    return text;
  }
}

export interface Assignment {
  readonly path: Path;
  readonly value: unknown;
  /** add to what stands there */
  readonly merge?: boolean;
  /** take its place, whatever that removes */
  readonly replace?: boolean;
}

/**
 * The value to write. Pure.
 *
 * @throws AccessError `bad_input` when entries would be lost that people add one by one
 */
export function valueToSet(current: unknown, { path, value, merge, replace }: Assignment): unknown {
  if (merge) return merged(current, value);
  const lost = replace || !isProtected(path) ? [] : lostEntries(current, value);
  if (lost.length === 0) return value;
  const shown =
    lost.length > 3 ? `${lost.slice(0, 3).join(", ")} and ${lost.length - 3} more` : lost.join(", ");
  throw new AccessError(
    "bad_input",
    `This would remove ${shown} from ${formatPath(path)}. To add to it: --merge. To replace it all: --replace. Nothing was written.`,
  );
}

/** `*` is any key. */
const PROTECTED = [
  "agents.defaults.models",
  "agents.list",
  "models.providers",
  "models.providers.*",
  "models.providers.*.models",
  "plugins.entries",
  "auth.profiles",
].map((path) => path.split("."));

const isProtected = (path: Path): boolean =>
  PROTECTED.some(
    (keys) => keys.length === path.length && keys.every((key, index) => key === "*" || key === path[index]),
  );

/** Keys of an object, ids of a list's objects. */
function entryNames(value: unknown): string[] {
  if (isObject(value)) return Object.keys(value);
  return Array.isArray(value) ? value.map((entry) => idOf(entry) ?? JSON.stringify(entry)) : [];
}

function idOf(entry: unknown): string | undefined {
  const id = isObject(entry) ? entry["id"] : undefined;
  return typeof id === "string" ? id : undefined;
}

function lostEntries(current: unknown, value: unknown): string[] {
  const left = new Set(entryNames(value));
  return entryNames(current).filter((name) => !left.has(name));
}

/** Objects entry by entry, lists by the ids of their entries; anything else is replaced. */
function merged(current: unknown, value: unknown): unknown {
  if (isObject(current) && isObject(value)) {
    const entries = Object.entries(value).map(([key, each]) => [
      key,
      Object.hasOwn(current, key) ? merged(current[key], each) : each,
    ]);
    return { ...current, ...Object.fromEntries(entries) };
  }
  if (!Array.isArray(current) || !Array.isArray(value)) return value;
  const list: unknown[] = [...current];
  for (const entry of value) {
    const name = entryNames([entry])[0];
    const at = list.findIndex((each) => entryNames([each])[0] === name);
    if (at === -1) list.push(entry);
    else list[at] = merged(list[at], entry);
  }
  return list;
}
