import assert from "node:assert/strict";
import { test } from "node:test";
import { effortOf, parseThinking } from "./thinking.ts";

for (const [typed, level, effort] of [
  ["off", "off", undefined],
  ["none", "off", undefined],
  [" Low ", "low", "low"],
  ["x_high", "xhigh", "xhigh"],
  ["extra high", "xhigh", "xhigh"],
  ["highest", "high", "high"],
  ["adaptive", "adaptive", "medium"],
] as const)
  test(`${JSON.stringify(typed)} asks for ${effort ?? "nothing"}`, () => {
    assert.equal(parseThinking(typed), level);
    assert.equal(effortOf(level), effort);
  });

test("what is no level is refused with those that are", () => {
  for (const text of ["", "wild", "constructor"])
    assert.throws(() => parseThinking(text), { code: "bad_input", message: /Use one of: off, minimal/ });
});
