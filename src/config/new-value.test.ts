import assert from "node:assert/strict";
import { test } from "node:test";
import { AccessError } from "../core/errors.ts";
import { parseValue, valueToSet } from "./new-value.ts";
import { REDACTED } from "./redact.ts";

const isBadInput = (error: unknown) => error instanceof AccessError && error.code === "bad_input";

const LOOSE: readonly [string, unknown][] = [
  ["19001", 19001],
  ["true", true],
  ["null", null],
  ["2h", "2h"],
  ["openai/gpt-5.5", "openai/gpt-5.5"],
  ['"quoted"', "quoted"],
  ["{a: 1, /* c */}", { a: 1 }],
  ["", ""],
  ["NaN", "NaN"],
  ["[broken", "[broken"],
];

for (const [text, value] of LOOSE)
  test(`${text || "nothing"}`, () => assert.deepEqual(parseValue(text, false), value));

test("strictly, a value is JSON; the message does not repeat it", () => {
  assert.deepEqual(parseValue('{"a": [1]}', true), { a: [1] });
  for (const text of ["hush", "{a: 1}", "[1,]", ""])
    assert.throws(
      () => parseValue(text, true),
      (error) => isBadInput(error) && !String(error).includes("hush"),
    );
});

test("the stand-in for a secret is not written", () => {
  for (const text of [REDACTED, `{"a": ["x ${REDACTED}"]}`])
    assert.throws(() => parseValue(text, false), isBadInput);
});

test("what people add one by one is not removed by the way", () => {
  const path = ["agents", "defaults", "models"];
  const current = { "a/1": {}, "a/2": { alias: "x" } };
  assert.throws(() => valueToSet(current, { path, value: { "a/3": {} } }), /would remove a\/1, a\/2/);
  assert.throws(() => valueToSet(current, { path, value: "text" }), isBadInput);
  assert.throws(() => valueToSet([{ id: "main" }], { path: ["agents", "list"], value: [] }), /remove main/);
  assert.deepEqual(valueToSet(current, { path, value: { "a/3": {} }, replace: true }), { "a/3": {} });
  assert.deepEqual(valueToSet(current, { path, value: { ...current, "a/3": {} } }), {
    ...current,
    "a/3": {},
  });
  assert.deepEqual(valueToSet(current, { path: ["tools"], value: {} }), {});
});

test("--merge adds: objects by key, lists by id", () => {
  const merge = (current: unknown, value: unknown) =>
    valueToSet(current, { path: ["x"], value, merge: true });
  assert.deepEqual(merge({ a: { b: 1 }, c: 1 }, { a: { d: 2 }, c: 2 }), { a: { b: 1, d: 2 }, c: 2 });
  assert.deepEqual(merge([{ id: "m", n: 1 }], [{ id: "m", k: 2 }, { id: "o" }]), [
    { id: "m", n: 1, k: 2 },
    { id: "o" },
  ]);
  assert.deepEqual(merge(["a", "b"], ["b", "c"]), ["a", "b", "c"]);
  assert.deepEqual(merge(undefined, { a: 1 }), { a: 1 });
  assert.deepEqual(merge("text", { a: 1 }), { a: 1 });
});
