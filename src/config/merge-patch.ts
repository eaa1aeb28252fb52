// A part of a document laid over the whole: objects merge, `null` removes, everything else replaces (RFC 7396). An array
// loses entries only where that was said. Pure.
import { AccessError } from "../core/errors.ts";
import type { JsonObject } from "../core/json.ts";
import { isObject } from "../core/json.ts";
import type { Path } from "./difference.ts";
import { formatPath } from "./document.ts";

/**
 * @param replacePaths arrays that may become shorter, as `agents.list`
 * @throws AccessError `bad_input`
 */
export function mergePatch(
  document: JsonObject,
  patch: JsonObject,
  replacePaths: readonly string[],
): JsonObject {
  return mergeObject(document, patch, [], new Set(replacePaths));
}

function mergeObject(
  current: JsonObject,
  patch: JsonObject,
  path: Path,
  replaceable: ReadonlySet<string>,
): JsonObject {
  const merged = new Map(Object.entries(current));
  for (const [key, wanted] of Object.entries(patch)) {
    const [old, place] = [merged.get(key), [...path, key]];
    refuseLoss(old, wanted, place, replaceable);
    if (wanted === null) merged.delete(key);
    else
      merged.set(
        key,
        isObject(wanted) ? mergeObject(isObject(old) ? old : {}, wanted, place, replaceable) : wanted,
      );
  }
  return Object.fromEntries(merged);
}

function refuseLoss(old: unknown, wanted: unknown, path: Path, replaceable: ReadonlySet<string>): void {
  if (!Array.isArray(old) || old.length === 0 || replaceable.has(formatPath(path))) return;
  if (Array.isArray(wanted) && wanted.length >= old.length) return;
  throw new AccessError(
    "bad_input",
    `${formatPath(path)} would lose entries. Name it in replacePaths if that is meant.`,
  );
}
