// Changing and comparing decoded JSON.
import type { JsonObject } from "../core/json.ts";
import { isObject } from "../core/json.ts";

/** `object` with keys set, or removed where the value is `null`. Order is kept, new keys come last. Pure. */
export function patchObject(object: unknown, patch: ReadonlyMap<string, unknown>): JsonObject {
  const entries = new Map(isObject(object) ? Object.entries(object) : []);
  for (const [key, value] of patch) {
    if (value === null) entries.delete(key);
    else entries.set(key, value);
  }
  return Object.fromEntries(entries);
}

/** The same text for equal values, whatever the order of their keys. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    isObject(inner) ? Object.fromEntries(Object.entries(inner).toSorted(byKey)) : inner,
  );
}

const byKey = ([a]: [string, unknown], [b]: [string, unknown]): number => (a < b ? -1 : 1);
