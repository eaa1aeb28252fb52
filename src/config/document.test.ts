import assert from "node:assert/strict";
import { test } from "node:test";
import { parseDocument } from "./document.ts";

const nested = (depth: number, open: string, close: string) =>
  parseDocument(Buffer.from(`{ a: ${open.repeat(depth)}1${close.repeat(depth)} }`));

test("what nests without end is no document: nothing could walk through it", () => {
  const { issues } = nested(100_000, "[", "]") as { issues: readonly { message: string }[] };
  assert.match(issues[0]!.message, /nests deeper than 200 levels/);
  assert.ok("issues" in nested(300, "{a:", "}"));
  assert.ok("value" in nested(150, "{a:", "}"));
});
