import assert from "node:assert/strict";
import { test } from "node:test";
import { formatStateRow, parseStateRow } from "./state-row.ts";

const patch = (order: Record<string, string[] | null>) => ({
  order: new Map(Object.entries(order)),
  lastGood: new Map<string, string | null>(),
  usageStats: new Map(),
});

test("bad shapes are left out of the view and stay in the row", () => {
  const document = {
    version: 1,
    order: { openai: "openai:a", google: ["google:x", 7] },
    lastGood: { openai: 5, google: "google:x" },
    usageStats: { "openai:a": { cooldownUntil: "later" } },
    theirs: true,
  };
  const row = parseStateRow(JSON.stringify(document));
  assert.deepEqual([...row.order], [["google", ["google:x"]]]);
  assert.deepEqual([...row.lastGood], [["google", "google:x"]]);
  assert.equal(row.warnings.length, 1);
  const text = formatStateRow(row, patch({ google: null }));
  assert.equal(text, JSON.stringify({ ...document, order: { openai: "openai:a" } }));
});

test("the row goes with its last field, and not before", () => {
  const row = parseStateRow(JSON.stringify({ version: 1, order: { openai: ["openai:a"] } }));
  assert.equal(formatStateRow(row, patch({ openai: null })), undefined);
  const more = parseStateRow(JSON.stringify({ version: 1, order: { openai: ["openai:a"] }, theirs: 1 }));
  assert.equal(formatStateRow(more, patch({ openai: null })), '{"version":1,"theirs":1}');
  assert.ok(parseStateRow("garbage").fault);
});
