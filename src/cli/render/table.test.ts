import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { table } from "./table.ts";

const ROWS = [
  ["  a", "one", "first"],
  ["  long name", "\u001B[32mtwo\u001B[39m", "second"],
];
const COMMAND = "openclaw models auth paste-api-key --provider acme";

/** what is shown, the rows, the width, the lines */
const CASES: readonly (readonly [string, readonly (readonly string[])[], number, readonly string[]])[] = [
  [
    "columns align, also around colours",
    ROWS,
    80,
    ["  a          one  first", "  long name  \u001B[32mtwo\u001B[39m  second"],
  ],
  [
    "where it does not fit, cells go below",
    ROWS,
    12,
    ["  a  one", "      first", "  long name", "      \u001B[32mtwo\u001B[39m", "      second"],
  ],
  ["no rows are no text", [], 80, [""]],
  [
    "one long row does not spoil the others",
    [
      ["  a", "one"],
      ["  b", "a sentence that is longer than the screen is wide"],
      ["  ccc", "three"],
    ],
    30,
    [
      "  a    one",
      "  b",
      "      a sentence that is",
      "      longer than the screen",
      "      is wide",
      "  ccc  three",
    ],
  ],
  [
    "wide characters take two columns, marks none",
    [
      ["  山田", "one"],
      ["  e\u0301", "two"],
      ["  😀x", "three"],
    ],
    80,
    ["  山田  one", "  e\u0301     two", "  😀x   three"],
  ],
  [
    "a command is never broken",
    [["  acme", `Store a key: ${COMMAND}`]],
    40,
    ["  acme", "      Store a key:", `      ${COMMAND}`],
  ],
  ["a title of one cell stands alone", [["title"], ["  a", "b"]], 80, ["title", "  a  b"]],
];

describe("table", () => {
  for (const [what, rows, width, lines] of CASES)
    test(what, () => assert.equal(table(rows, width), lines.join("\n")));

  test("thousands of rows, one too long, at once", () => {
    const rows = Array.from({ length: 5000 }, (_, n) => [`  ${n}`, "x".repeat(n === 7 ? 99 : 20)]);
    const lines = table(rows, 60).split("\n");
    assert.equal(lines.length, 5001);
    assert.equal(lines[8], `      ${"x".repeat(99)}`);
  });
});
