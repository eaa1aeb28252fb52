import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { parseDuration, shortDuration, spokenDuration } from "./duration.ts";

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

describe("parseDuration", () => {
  const CASES: readonly [string, number][] = [
    ["500ms", 500],
    ["45s", 45 * SECOND],
    ["90m", 90 * MINUTE],
    ["12h", 12 * HOUR],
    ["365d", 365 * DAY],
    ["1d12h", 36 * HOUR],
    ["1h30m", 90 * MINUTE],
    ["30", 30 * DAY],
    [" 2D ", 2 * DAY],
  ];
  for (const [text, ms] of CASES) test(text, () => assert.equal(parseDuration(text), ms));

  for (const text of ["", "soon", "0h", "0", "-5h", "2w", "1h soon", "h", "1e9d", "9999999999d"])
    test(`refuses "${text}"`, () => assert.throws(() => parseDuration(text), { code: "bad_input" }));
});

test("lengths as labels and in words", () => {
  const CASES: readonly [number, string, string][] = [
    [0, "0m", "0 seconds"],
    [1, "1m", "1 second"],
    [25 * SECOND, "1m", "25 seconds"],
    [5 * MINUTE, "5m", "5 minutes"],
    [2 * HOUR, "2h", "2 hours"],
    [10 * DAY, "10d", "10 days"],
  ];
  for (const [ms, label, words] of CASES) {
    assert.equal(shortDuration(ms), label);
    assert.equal(spokenDuration(ms), words);
  }
});
