// Secrets that are moved into a file of `secrets.providers`: what it lacks is written into it, whole or not at all.
import { lstatSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import { parseDocument, readBytes } from "../../config/document.ts";
import { untilde } from "../../config/paths.ts";
import { removeLeftOvers, replaceFile } from "../../config/replace-file.ts";
import { AccessError, messageOf } from "../../core/errors.ts";
import type { JsonObject } from "../../core/json.ts";
import { isObject } from "../../core/json.ts";
import type { FileProvider } from "../../core/secret-ref.ts";
import { atPointer } from "../../secrets/file.ts";
import { resolve } from "node:path";

/** What is to be written into one file, by id. */
export interface Filling {
  readonly path: string;
  readonly mode: FileProvider["mode"];
  readonly values: Map<string, string>;
}

export const pathOfFile = ({ path }: FileProvider, home: string): string => resolve(untilde(path, home));

/** Whether the file has nothing at `id` yet, and may get it. A file that cannot be read lacks nothing. */
export function lacks(block: FileProvider, id: string, home: string): boolean {
  const path = pathOfFile(block, home);
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (!stat) return block.mode === "singleValue" ? id === "value" : id.startsWith("/");
  if (!stat.isFile() || block.mode === "singleValue" || !id.startsWith("/")) return false;
  const document = documentIn(path);
  return document !== undefined && atPointer(document, id) === undefined && hasRoom(document, id);
}

function documentIn(path: string): JsonObject | undefined {
  const bytes = readBytes(path);
  if (!bytes || "issues" in bytes) return undefined;
  try {
    const value: unknown = JSON.parse(bytes.value.toString());
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

const keysOf = (pointer: string): string[] =>
  pointer
    .split("/")
    .slice(1)
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));

/** A text that stands on the way must not be replaced. */
function hasRoom(document: JsonObject, pointer: string): boolean {
  let at: unknown = document;
  for (const key of keysOf(pointer)) {
    if (at === undefined) return true;
    if (!isObject(at)) return false;
    at = Object.hasOwn(at, key) ? at[key] : undefined;
  }
  return true;
}

/**
 * Durable when it resolves; the file is then readable by its owner alone. What a killed run left beside it goes: it may
 * hold the secrets.
 *
 * @throws AccessError `store_unwritable`, `config_conflict` when somebody else writes it
 */
export async function fill({ path, mode, values }: Filling): Promise<void> {
  try {
    await removeLeftOvers(path, Number.POSITIVE_INFINITY);
    const before = readBytes(path);
    if (before && "issues" in before) throw new Error(before.issues[0]!.message);
    const text = mode === "singleValue" ? `${values.get("value")!}\n` : jsonWith(before?.value, values);
    const isUntouched = async () => isDeepStrictEqual(readBytes(path), before);
    if (await replaceFile(path, text, isUntouched)) return;
  } catch (cause) {
    const why = `The secrets cannot be written to ${path} (${messageOf(cause)}).`;
    throw new AccessError("store_unwritable", `${why} Nothing else was changed.`, { cause });
  }
  throw new AccessError("config_conflict", `${path} was changed meanwhile. Run the command again.`);
}

function jsonWith(before: Buffer | undefined, values: ReadonlyMap<string, string>): string {
  const parsed = before ? parseDocument(before) : { value: {} };
  if ("issues" in parsed) throw new Error(parsed.issues[0]!.message);
  let document: JsonObject = parsed.value;
  for (const [pointer, value] of values) document = withValue(document, keysOf(pointer), value);
  return `${JSON.stringify(document, null, 2)}\n`;
}

function withValue(holder: JsonObject, [key = "", ...rest]: readonly string[], value: string): JsonObject {
  const inner = Object.hasOwn(holder, key) && isObject(holder[key]) ? holder[key] : {};
  return { ...holder, [key]: rest.length === 0 ? value : withValue(inner, rest, value) };
}
