import assert from "node:assert/strict";
import { test } from "node:test";
import { AccessError } from "../../core/errors.ts";
import { offered } from "./hosted-tools.ts";

test("a refusal names hosted tools, but no more of them than fits into a sentence", () => {
  const types = Array.from({ length: 1000 }, (_, n) => `tool_${n}_${"x".repeat(5000)}`);
  assert.throws(
    () => offered([], types),
    (error) =>
      error instanceof AccessError && error.message.includes("tool_0_xx") && error.message.length < 1000,
  );
});
