// The text of a JSON5 file to a plain object, and what is said when that fails. Nothing of the text is
// repeated in a message: it may hold secrets.
import { isUtf8 } from "node:buffer";
import { createRequire } from "node:module";
import { readFileSync, statSync } from "node:fs";
import { AccessError } from "../core/errors.ts";
import type { JsonObject } from "../core/json.ts";
import { isObject } from "../core/json.ts";
import type { ConfigIssue } from "./config.ts";

export type Parsed<T> = { readonly value: T } | { readonly issues: readonly ConfigIssue[] };

/** The file's bytes; `undefined` when there is none. A pipe or device might never end: it is not opened. */
export function readBytes(path: string): Parsed<Buffer> | undefined {
  try {
    const stat = statSync(path);
    if (stat.isFile()) return { value: readFileSync(path) };
    return { issues: [{ path: "", message: stat.isDirectory() ? "is a folder" : "is not a regular file" }] };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") return undefined;
    return { issues: [{ path: "", message: `cannot be read (${code})` }] };
  }
}

/**
 * All of the file, also what this program has no use for; `{}` when there is none.
 *
 * @throws AccessError `config_invalid`
 */
export function readDocument(path: string): JsonObject {
  const bytes = readBytes(path);
  if (!bytes) return {};
  const document = "issues" in bytes ? bytes : parseDocument(bytes.value);
  if ("issues" in document) throw invalidConfig(path, document.issues);
  return document.value;
}

/** JSON5 bytes, with or without a byte-order mark, to an object. */
export function parseDocument(bytes: Uint8Array): Parsed<JsonObject> {
  if (!isUtf8(bytes)) return { issues: [{ path: "", message: "is not UTF-8 text" }] };
  const parsed = parseJson5(new TextDecoder().decode(bytes));
  if ("issues" in parsed) return parsed;
  if (!isObject(parsed.value)) return { issues: [{ path: "", message: "must be an object: { … }" }] };
  if (!nestsWithin(parsed.value, MOST_LEVELS))
    return { issues: [{ path: "", message: `nests deeper than ${MOST_LEVELS} levels` }] };
  return { value: parsed.value };
}

/** No settings are as deep. */
const MOST_LEVELS = 200;

function nestsWithin(value: unknown, levels: number): boolean {
  if (typeof value !== "object" || value === null) return true;
  return levels > 0 && Object.values(value).every((entry) => nestsWithin(entry, levels - 1));
}

/** Most files are plain JSON, which needs no library: `json5` is loaded only for what JSON.parse refuses. */
function parseJson5(text: string): Parsed<unknown> {
  if (text.trim() === "") return { issues: [{ path: "", message: "is empty: write {} or delete it" }] };
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return parseWithLibrary(text);
  }
}

function parseWithLibrary(text: string): Parsed<unknown> {
  const json5 = createRequire(import.meta.url)("json5") as typeof import("json5");
  try {
    return { value: json5.parse<unknown>(text) };
  } catch (error) {
    const { lineNumber, columnNumber } = error as { lineNumber?: number; columnNumber?: number };
    return { issues: [{ path: "", message: `is not JSON5: look at ${lineNumber}:${columnNumber}` }] };
  }
}

/** `["agents", "list", 2, "id"]` to `agents.list[2].id`; unusual keys as `["openai/gpt-5.5"]`. */
export function formatPath(keys: readonly PropertyKey[]): string {
  return keys
    .map((key) => {
      if (typeof key === "number") return `[${key}]`;
      return /^[\w:@-]+$/.test(String(key)) ? `.${String(key)}` : `[${JSON.stringify(String(key))}]`;
    })
    .join("")
    .replace(/^\./, "");
}

const MOST_SHOWN = 5;

/** The error for a file that cannot be used: names it, each place in it, and the remedy. */
export function invalidConfig(path: string, issues: readonly ConfigIssue[]): AccessError {
  const shown = issues.slice(0, MOST_SHOWN).map(formatIssue);
  if (issues.length > MOST_SHOWN) shown.push(`and ${issues.length - MOST_SHOWN} more`);
  return new AccessError("config_invalid", `${path}: ${shown.join("; ")}. Correct the file and try again.`);
}

export const formatIssue = ({ path, message }: ConfigIssue): string =>
  path === "" ? `the file ${message}` : `${path}: ${message}`;
