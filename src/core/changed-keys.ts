// Where two documents differ, in names alone: the values may be secrets.
import type { JsonObject } from "./json.ts";
import { isObject } from "./json.ts";

/** Deeper ones are told by the entry that they are in. */
const DEEPEST = 3;

/** Dotted places, at most three keys deep: `models.providers.openai`. Of lists, the list. */
export function changedKeys(before: JsonObject, after: JsonObject, place: readonly string[] = []): string[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names].flatMap((name) => {
    const [old, now] = [before[name], after[name]];
    if (JSON.stringify(old) === JSON.stringify(now)) return [];
    const here = [...place, name];
    const deeper = here.length < DEEPEST && isObject(old) && isObject(now);
    return deeper ? changedKeys(old, now, here) : [here.join(".")];
  });
}
