// A document that was shown without its secrets comes back: each stand-in means the secret that stands at its place.
// What cannot be matched for certain is refused, so that no secret ends up somewhere else. Pure.
import { isDeepStrictEqual } from "node:util";
import { AccessError } from "../core/errors.ts";
import type { JsonObject } from "../core/json.ts";
import { isObject } from "../core/json.ts";
import type { Path } from "./difference.ts";
import { formatPath } from "./document.ts";
import { holdsRedacted, redact } from "./redact.ts";

/** @throws AccessError `bad_input` for a stand-in that stands for nothing */
export const restoreRedacted = (given: JsonObject, current: JsonObject): JsonObject =>
  restore(given, current, []) as JsonObject;

function restore(given: unknown, current: unknown, path: Path): unknown {
  if (!holdsRedacted(given)) return given;
  if (current !== undefined && isDeepStrictEqual(given, redact(current, path))) return current;
  if (isObject(given)) {
    const old = isObject(current) ? current : {};
    return Object.fromEntries(
      Object.entries(given).map(([key, value]) => [key, restore(value, old[key], [...path, key])]),
    );
  }
  if (Array.isArray(given)) {
    const old = Array.isArray(current) ? current : [];
    return given.map((entry, index) => restore(entry, sameEntry(entry, old), [...path, index]));
  }
  throw new AccessError(
    "bad_input",
    `${formatPath(path)} holds the stand-in of a secret, and there is none at that place. Give the value itself, or a reference.`,
  );
}

/** Entries may have moved: one is known by its id alone. */
function sameEntry(entry: unknown, old: readonly unknown[]): unknown {
  const id = isObject(entry) ? entry["id"] : undefined;
  return id === undefined ? undefined : old.find((one) => isObject(one) && one["id"] === id);
}
