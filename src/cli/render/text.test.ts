import assert from "node:assert/strict";
import { test } from "node:test";
import { printable, visibleWidth, withoutControls, wrap } from "./text.ts";

test("columns: wide characters, marks, joiners, colours", () => {
  const widths: readonly (readonly [string, number])[] = [
    ["", 0],
    ["abc", 3],
    ["日本語", 6],
    ["e\u0301", 1],
    ["\u001B[31mred\u001B[39m", 3],
    ["한글", 4],
    ["ｆｕｌｌ", 8],
    ["→ ü", 3],
    ["a\u200Db", 2],
  ];
  for (const [text, width] of widths) assert.equal(visibleWidth(text), width, text);
});

test("wrapping keeps every word", () => {
  const text = "one two three four five";
  for (let width = 1; width < 30; width++) {
    const lines = wrap(text, width);
    assert.equal(lines.join(" "), text);
    assert.ok(lines.every((line) => line.length <= Math.max(width, 5)));
  }
});

test("what steers a terminal is taken out of whole reports, keys too", () => {
  const clear = "\u001B[2J\u009B2J\r\u202E";
  assert.equal(withoutControls(`a${clear}b\n`), "a\uFFFD[2J\uFFFD2J\uFFFD\uFFFDb\n");
  const found = printable({ [`k${clear}`]: [`a\nb\t${clear}`, 1, null, true] });
  assert.ok(!/[\p{Cc}\u202E]/u.test(JSON.stringify(found)));
  assert.deepEqual(Object.values(found)[0]?.slice(1), [1, null, true]);
});
