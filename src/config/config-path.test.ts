import assert from "node:assert/strict";
import { test } from "node:test";
import { AccessError } from "../core/errors.ts";
import { fitPath, parseConfigPath } from "./config-path.ts";

const GOOD: readonly [string, readonly (string | number)[]][] = [
  ["a", ["a"]],
  [" a.b-c.d_e ", ["a", "b-c", "d_e"]],
  ["a[0].b", ["a", 0, "b"]],
  ["[0]", [0]],
  [`a["b.c/d"].e`, ["a", "b.c/d", "e"]],
  [`a['b c']`, ["a", "b c"]],
  [`a["say \\"x\\""]`, ["a", `say "x"`]],
  ["a[b/c]", ["a", "b/c"]],
  ["a.b\\.c", ["a", "b.c"]],
  ["auth.profiles.openai:me.mode", ["auth", "profiles", "openai:me", "mode"]],
];

for (const [text, path] of GOOD) test(text, () => assert.deepEqual(parseConfigPath(text), path));

for (const text of [
  "",
  " ",
  ".",
  "a.",
  ".a",
  "a..b",
  "a[",
  "a[]",
  "a]",
  `a["b]`,
  "__proto__.x",
  "a.constructor",
])
  test(`"${text}" is refused`, () =>
    assert.throws(
      () => parseConfigPath(text),
      (error) => error instanceof AccessError && error.code === "bad_input",
    ));

test("a path takes the document's form: numbers in lists, whole keys in objects", () => {
  const document = {
    list: [{ id: 1 }],
    guilds: { 123: { x: 1 } },
    models: { "openai/gpt-5.5": { alias: "q" } },
  };
  const fit = (text: string) => fitPath(document, parseConfigPath(text));
  assert.deepEqual(fit("list.0.id"), ["list", 0, "id"]);
  assert.deepEqual(fit("guilds[123].x"), ["guilds", "123", "x"]);
  assert.deepEqual(fit("models.openai/gpt-5.5.alias"), ["models", "openai/gpt-5.5", "alias"]);
  assert.deepEqual(fit("new[0].x"), ["new", 0, "x"]);
});
