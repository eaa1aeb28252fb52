import assert from "node:assert/strict";
import { test } from "node:test";
import type { ModelNames } from "./model-ref.ts";
import { formatModelRef, resolveDefaultModel, resolveModelRef, splitModelRef } from "./model-ref.ts";

const names: ModelNames = {
  aliases: new Map([
    ["Fast", "acme/m1"],
    ["bare", "uniq"],
  ]),
  configured: new Map([
    ["acme", ["m1", "shared"]],
    ["beta", ["uniq", "shared"]],
  ]),
  defaultProvider: "anthropic",
};

test("split at the first slash, provider lower-cased, model kept", () => {
  assert.deepEqual(splitModelRef(" OpenRouter/moonshotai/Kimi-K2 "), {
    provider: "openrouter",
    model: "moonshotai/Kimi-K2",
  });
  assert.equal(splitModelRef("gpt-5"), undefined);
  for (const text of ["", "  ", "/m", "p/", "p/ ", " /m"])
    assert.throws(() => splitModelRef(text), { code: "bad_input" }, text);
});

test("alias, then reference, then the one provider that lists it, then the default provider with a warning", () => {
  const cases: [string, string, boolean][] = [
    ["fast", "acme/m1", false],
    ["bare", "beta/uniq", false],
    ["uniq", "beta/uniq", false],
    ["shared", "anthropic/shared", true],
    ["nobody", "anthropic/nobody", true],
    ["x/y/z", "x/y/z", false],
  ];
  for (const [text, expected, warned] of cases) {
    const { ref, warning } = resolveModelRef(text, names);
    assert.deepEqual([formatModelRef(ref), warning !== undefined], [expected, warned], text);
  }
});

test("a default that its provider no longer lists becomes the first configured model", () => {
  const gone = resolveDefaultModel("acme/old", names);
  assert.deepEqual([formatModelRef(gone.ref), gone.warning !== undefined], ["acme/m1", true]);
  assert.equal(formatModelRef(resolveDefaultModel("anthropic/any", names).ref), "anthropic/any");
  assert.equal(formatModelRef(resolveDefaultModel(undefined, names).ref), "acme/m1");
  assert.equal(
    formatModelRef(resolveDefaultModel(undefined, { ...names, configured: new Map() }).ref),
    "openai/gpt-5.5",
  );
});
