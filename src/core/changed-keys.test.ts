import assert from "node:assert/strict";
import { test } from "node:test";
import { changedKeys } from "./changed-keys.ts";

const CASES = [
  [{}, {}, []],
  [{ a: 1 }, { a: 1 }, []],
  [{ a: 1 }, { a: 2, b: 3 }, ["a", "b"]],
  [{ a: 1 }, {}, ["a"]],
  [{ a: { b: { c: { d: 1 } } } }, { a: { b: { c: { d: 2 } } } }, ["a.b.c"]],
  [{ a: { b: 1, c: 1 } }, { a: { b: 1 } }, ["a.c"]],
  [{ a: [1, { b: 1 }] }, { a: [1, { b: 2 }] }, ["a"]],
  [{ a: { b: 1 } }, { a: "text" }, ["a"]],
] as const;

for (const [before, after, expected] of CASES)
  test(`${JSON.stringify(before)} to ${JSON.stringify(after)}`, () => {
    assert.deepEqual(changedKeys(before, after), expected);
  });
