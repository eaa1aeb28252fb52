import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import json5 from "json5";
import type { JsonObject } from "../core/json.ts";
import { isObject } from "../core/json.ts";
import { applyEdits } from "./apply-edits.ts";
import { patchText } from "./json5-patch.ts";
import type { Token } from "./json5-tree.ts";
import { findMember, readTree, tokenize } from "./json5-tree.ts";

test("edits follow the author's style", () => {
  const cases: [name: string, before: string, next: object, after: string][] = [
    ["empty", "{}", { a: { b: [] } }, '{\n  "a": {\n    "b": []\n  }\n}'],
    ["plain JSON", '{\n  "a": 1\n}\n', { a: 1, b: {} }, '{\n  "a": 1,\n  "b": {}\n}\n'],
    ["one line", '{ "a": 1 }', { a: 1, b: [1, { c: 2 }] }, '{ "a": 1, "b": [ 1, { "c": 2 } ] }'],
    ["tight", '{"a":1,"b":[]}', { a: 2, b: ["x"], c: {} }, '{"a":2,"b":["x"],"c":{}}'],
    [
      "tabs, CRLF",
      '{\r\n\t"a": 1\r\n}',
      { a: 1, b: { c: 2 } },
      '{\r\n\t"a": 1,\r\n\t"b": {\r\n\t\t"c": 2\r\n\t}\r\n}',
    ],
    [
      "bare keys, trailing comma",
      "{\n  a: 'x',\n}",
      { a: "y", b: { c: 1 }, "d e": 2 },
      '{\n  a: "y",\n  b: {\n    c: 1\n  },\n  "d e": 2,\n}',
    ],
    [
      "comment behind the last entry",
      "{\n  a: 1 // one\n  // end\n}",
      { a: 1, b: 2 },
      "{\n  a: 1, // one\n  b: 2\n  // end\n}",
    ],
    ["only a comment inside", "{ // none yet\n}", { a: 1 }, '{ // none yet\n  "a": 1\n}'],
    ["first of a line", "{ a: 1, b: 2 }", { b: 2 }, "{ b: 2 }"],
    ["last of a line", "{ a: 1, b: 2 }", { a: 1 }, "{ a: 1 }"],
    ["a line of its own", "{\n  // about a\n  a: 1,\n  b: 2,\n}", { b: 2 }, "{\n  // about a\n  b: 2,\n}"],
    ["comment before the comma", "{\n  a: 1 /* x */ ,\n  b: 2\n}", { b: 2 }, "{\n  /* x */ \n  b: 2\n}"],
    ["the same key twice", "{a:1,b:2,a:3}", { b: 2 }, "{b:2}"],
    ["the same key twice, changed", "{a:1,b:2,a:3}", { a: 4, b: 2 }, "{a:1,b:2,a:4}"],
    ["list: first", "[\n  // best\n  'a', // A\n]", ["z", "a"], "[\n  // best\n  \"z\",\n  'a', // A\n]"],
    ["list: in between and last", "['a', 'b']", ["a", "x", "b", "c"], `['a', "x", 'b', "c"]`],
    ["list: moved", "['a', 'b', 'c']", ["c", "a", "b"], `["c", 'a', 'b']`],
    [
      "list: one entry changed",
      "[{ id: 1 }, { id: 2 /* two */ }]",
      [{ id: 1 }, { id: 3 }],
      "[{ id: 1 }, { id: 3 /* two */ }]",
    ],
    ["escapes in a bare key", "{ \\u0061b: 1, c: 2 }", { ab: 3, c: 2 }, "{ \\u0061b: 3, c: 2 }"],
    [
      "odd numbers and text",
      "{ a: +.5, b: 0xF, c: 'x\\\ny', d: 1 }",
      { a: 0.5, b: 15, c: "xy" },
      "{ a: +.5, b: 0xF, c: 'x\\\ny' }",
    ],
  ];
  for (const [name, before, next, after] of cases) assert.equal(patchText(before, next), after, name);
});

const KEYS = [
  "a",
  "b",
  "list",
  "order",
  "a.b",
  "ü",
  "with space",
  "",
  "true",
  "NaN",
  "0",
  "__proto__",
  "it's",
  '"',
];
const key = fc.constantFrom(...KEYS);
const scalar = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    true,
    false,
    0,
    1.5,
    -2,
    "",
    "// no comment",
    "it's",
    'a "b"',
    "line\nbreak",
  ),
  fc.string({ maxLength: 6 }),
);
const { value } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    scalar,
    fc.array(tie("value"), { maxLength: 4 }),
    fc.array(fc.tuple(key, tie("value")), { maxLength: 4 }).map((entries) => Object.fromEntries(entries)),
  ),
}));
const document = fc
  .array(fc.tuple(key, value), { maxLength: 5 })
  .map((entries): JsonObject => Object.fromEntries(entries));

/** Writes JSON5 as people might: comments, white space, quotes and commas by the draws of `pick`. */
function writeJson5(root: unknown, pick: (most: number) => number): string {
  let comments = 0;
  const gap = (): string =>
    ["", "", "", " ", "\n  ", "\r\n\t", ` /* c${++comments}; */ `, ` // c${++comments};\n`][pick(7)]!;
  const text = (plain: string): string => {
    const json = JSON.stringify(plain);
    return pick(1) === 0 ? json : `'${json.slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`;
  };
  const name = (plain: string): string => (/^[A-Za-zü]+$/.test(plain) && pick(1) === 0 ? plain : text(plain));
  const list = (open: string, entries: string[], close: string): string => {
    const last = entries.length > 0 && pick(2) === 0 ? `,${gap()}` : "";
    return `${open}${entries.map((entry) => gap() + entry + gap()).join(",")}${last}${entries.length === 0 ? gap() : ""}${close}`;
  };
  const write = (held: unknown): string => {
    if (Array.isArray(held)) return list("[", held.map(write), "]");
    if (!isObject(held)) return typeof held === "string" ? text(held) : JSON.stringify(held);
    return list(
      "{",
      Object.entries(held).map(([each, inner]) => `${name(each)}${gap()}:${gap()}${write(inner)}`),
      "}",
    );
  };
  return gap() + write(root) + gap();
}

const written = fc.tuple(document, fc.infiniteStream(fc.nat())).map(([held, draws]) => {
  const text = writeJson5(held, (most) => (draws.next().value as number) % (most + 1));
  return { held, text };
});

/** A path that exists or could, by the draws of `pick`. */
function choosePath(root: JsonObject, pick: (most: number) => number): (string | number)[] {
  const path: (string | number)[] = [];
  let node: unknown = root;
  while (path.length === 0 || ((isObject(node) || Array.isArray(node)) && pick(2) > 0)) {
    const step = Array.isArray(node) ? pick(node.length) : KEYS[pick(KEYS.length - 1)]!;
    path.push(step);
    node = Object.hasOwn(node as object, step) ? (node as Record<PropertyKey, unknown>)[step] : undefined;
  }
  return path;
}

const isComment = (token: Token): boolean => token.type === "comment";

const commentsOf = (text: string): string[] =>
  tokenize(text)
    .filter(isComment)
    .map((token) => token.value);

test("an edit changes its own place and keeps every comment outside it", () => {
  const change = fc.oneof(value, fc.constant(undefined));
  fc.assert(
    fc.property(written, change, fc.infiniteStream(fc.nat()), ({ held, text }, wanted, draws) => {
      assert.deepEqual(json5.parse(text), held);
      const path = choosePath(held, (most) => (draws.next().value as number) % (most + 1));
      const next = applyEdits(held, [{ path, value: wanted }]);
      const after = patchText(text, next);
      assert.deepEqual(json5.parse(after), next);
      const tokens = tokenize(text);
      const place = findMember(readTree(tokens), path);
      const outside = tokens.filter((_, at) => !place || at < place.start || at >= place.value.end);
      const kept = new Set(commentsOf(after));
      for (const token of outside.filter(isComment)) assert.ok(kept.has(token.value), token.value);
    }),
    { numRuns: 500 },
  );
});

test("of equal entries the changed one loses its comments, and no other", () => {
  const text = "[{ /* a */ }, { /* b */ }, { /* c */ }]";
  assert.equal(patchText(text, [{}, null, {}]), "[{ /* a */ }, null, { /* c */ }]");
});

test("any document can be made of any other; JSON stays JSON", () => {
  fc.assert(
    fc.property(written, document, ({ held, text }, next) => {
      assert.deepEqual(json5.parse(patchText(text, next)), next);
      for (const indent of [0, 2]) {
        assert.deepEqual(JSON.parse(patchText(JSON.stringify(held, null, indent), next)), next);
      }
    }),
    { numRuns: 300 },
  );
});
