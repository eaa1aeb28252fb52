// Edits of a parsed document. Pure: the given document is not changed.
import { AccessError } from "../core/errors.ts";
import type { JsonObject } from "../core/json.ts";
import { isObject } from "../core/json.ts";
import type { Path } from "./difference.ts";
import { formatPath } from "./document.ts";

export interface ConfigEdit {
  /** object keys and array indexes; missing objects on the way are made, an index one past the end appends */
  readonly path: Path;
  /** JSON; `undefined` removes the entry */
  readonly value: unknown;
}
/**
 * The document after the edits, in their order.
 *
 * @throws AccessError `config_invalid` when a path leads through a value that is neither object nor array
 */
export function applyEdits(document: JsonObject, edits: readonly ConfigEdit[]): JsonObject {
  let result: unknown = document;
  for (const { path, value } of edits) {
    const plain: unknown = value === undefined ? undefined : JSON.parse(JSON.stringify(value));
    result = withEntry(result, path, plain, path);
  }
  return result as JsonObject;
}

function withEntry(node: unknown, rest: Path, value: unknown, path: Path): unknown {
  const [key, ...further] = rest;
  if (key === undefined) return value;
  if (node === undefined && value === undefined) return undefined;
  const holder = node ?? (typeof key === "number" ? [] : {});
  const fits = typeof key === "number" ? Array.isArray(holder) && key <= holder.length : isObject(holder);
  if (!fits) {
    const place = formatPath(path.slice(0, path.length - rest.length));
    throw new AccessError(
      "config_invalid",
      `${place || "The config"} cannot take ${formatPath([key])}: it is of another type or too short.`,
    );
  }
  const old: unknown = Object.hasOwn(holder, key) ? (holder as Record<PropertyKey, unknown>)[key] : undefined;
  return placed(holder as JsonObject | readonly unknown[], key, withEntry(old, further, value, path));
}

function placed(holder: JsonObject | readonly unknown[], key: string | number, value: unknown): unknown {
  if (Array.isArray(holder)) {
    return holder.toSpliced(key as number, 1, ...(value === undefined ? [] : [value]));
  }
  if (value !== undefined) return { ...holder, [key]: value };
  return Object.fromEntries(Object.entries(holder).filter(([name]) => name !== key));
}
