// What must change in one JSON value to make another of it, as few and as small changes as is sensible.
import { isDeepStrictEqual } from "node:util";
import { isObject } from "../core/json.ts";

export type Path = readonly (string | number)[];

export interface Insertion {
  readonly kind: "insert";
  /** of the object or array that receives it; `[]` is the whole document */
  readonly path: Path;
  /** of the new entry in an array; an object's new entry comes last and has a `key` */
  readonly index: number;
  readonly key?: string;
  readonly value: unknown;
}

export type Change =
  | { readonly kind: "set"; readonly path: Path; readonly value: unknown }
  | { readonly kind: "remove"; readonly path: Path }
  | Insertion;

/** Changes from `before` to `after`, in an order in which each path still holds when its turn comes. */
export function difference(before: unknown, after: unknown, path: Path = []): Change[] {
  if (isDeepStrictEqual(before, after)) return [];
  if (Array.isArray(before) && Array.isArray(after)) return arrayDifference(before, after, path);
  if (!isObject(before) || !isObject(after)) return [{ kind: "set", path, value: after }];
  const changes: Change[] = [];
  for (const key of Object.keys(before)) {
    if (Object.hasOwn(after, key)) changes.push(...difference(before[key], after[key], [...path, key]));
    else changes.push({ kind: "remove", path: [...path, key] });
  }
  for (const key of Object.keys(after)) {
    if (Object.hasOwn(before, key)) continue;
    changes.push({ kind: "insert", path, index: Infinity, key, value: after[key] });
  }
  return changes;
}

/** Entries found again in the same order stay; those between them are compared in pairs, the rest comes or goes. */
function arrayDifference(before: readonly unknown[], after: readonly unknown[], path: Path): Change[] {
  const kept = commonEntries(before, after);
  const changes: Change[] = [];
  let [beforeEnd, afterEnd] = [before.length, after.length];
  // From the end, so that the indexes of what is still to come hold.
  for (const [i, j] of [...kept.toReversed(), [-1, -1] as const]) {
    const from = i + 1;
    const pairs = Math.min(beforeEnd - from, afterEnd - j - 1);
    for (let at = beforeEnd - 1; at >= from + pairs; at--)
      changes.push({ kind: "remove", path: [...path, at] });
    for (let at = j + 1 + pairs; at < afterEnd; at++)
      changes.push({ kind: "insert", path, index: from + at - (j + 1), value: after[at] });
    for (let n = 0; n < pairs; n++)
      changes.push(...difference(before[from + n], after[j + 1 + n], [...path, from + n]));
    [beforeEnd, afterEnd] = [i, j];
  }
  return changes;
}

/**
 * Pairs of indexes of equal entries, both rising. What both begin and end with stays first of all: among equal
 * entries a changed one is then the one that was meant.
 */
function commonEntries(before: readonly unknown[], after: readonly unknown[]): [number, number][] {
  const shorter = Math.min(before.length, after.length);
  let head = 0;
  while (head < shorter && isDeepStrictEqual(before[head], after[head])) head++;
  let tail = 0;
  while (tail < shorter - head && isDeepStrictEqual(before.at(-1 - tail), after.at(-1 - tail))) tail++;
  const pairs = Array.from({ length: head }, (_, at): [number, number] => [at, at]);
  let next = head;
  for (let i = head; i < before.length - tail; i++) {
    const j = after.findIndex(
      (other, at) => at >= next && at < after.length - tail && isDeepStrictEqual(before[i], other),
    );
    if (j === -1) continue;
    pairs.push([i, j]);
    next = j + 1;
  }
  for (let n = tail; n > 0; n--) pairs.push([before.length - n, after.length - n]);
  return pairs;
}
