import assert from "node:assert/strict";
import { test } from "node:test";
import { table } from "./table.ts";

const ROWS = [
  ["  a", "one", "first"],
  ["  long name", "\u001B[32mtwo\u001B[39m", "second"],
];

test("columns align, also around colours", () => {
  assert.equal(table(ROWS, 80), "  a          one  first\n  long name  \u001B[32mtwo\u001B[39m  second");
});

test("where it does not fit, rows are stacked and nothing is lost", () => {
  assert.equal(
    table(ROWS, 15),
    "  a\n      one\n      first\n  long name\n      \u001B[32mtwo\u001B[39m\n      second",
  );
});

test("no rows are no text", () => assert.equal(table([]), ""));
