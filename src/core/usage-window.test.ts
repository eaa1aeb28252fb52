import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { isReading } from "./stored-usage.ts";
import type { FoundWindow } from "./usage-window.ts";
import {
  bindingFirst,
  isExhausted,
  isOver,
  leftPercent,
  readingOf,
  scopeCovers,
  usedPercent,
} from "./usage-window.ts";

const T0 = 1_800_000_000_000;
const HOUR = 3_600_000;

const read = (...windows: FoundWindow[]) => readingOf({ windows }, "endpoint", T0).windows;

test("what cannot be meant is taken out of a window", () => {
  const [odd] = read({ label: "\u001B[31m5h\u202E\n", used: 1e308, resetsAt: Date.UTC(9999, 0, 1) });
  assert.deepEqual(odd, {
    label: "5h",
    used: 1e308,
    limit: 100,
    unit: "percent",
    resetsAt: null,
    scope: "*",
    source: "endpoint",
    readAt: T0,
  });
  assert.equal(usedPercent(odd!), 100);
  assert.equal(leftPercent(odd!), 0);
  assert.equal(isExhausted(odd!, T0), false, "many times the limit is a mistake of somebody");
  const [past, nothing, noLimit] = read(
    { label: "a", used: 100, resetsAt: T0 - 1 },
    { label: "", used: Number.NaN },
    { label: "b", used: 5, limit: 0 },
  );
  assert.equal(past?.resetsAt, null);
  assert.deepEqual([nothing?.label, nothing?.used, noLimit?.used, noLimit?.limit], ["Limit", 0, 0, 100]);
});

test("nothing is left only when nothing is left", () => {
  const cases: [number, number][] = [
    [0, 100],
    [37, 63],
    [99.7, 1],
    [100, 0],
    [130, 0],
  ];
  for (const [used, left] of cases) assert.equal(leftPercent({ used, limit: 100 }), left);
});

test("the window that stops calls first comes first; what is over comes last", () => {
  const windows = read(
    { label: "some", used: 60 },
    { label: "gone", used: 100, resetsAt: T0 + HOUR },
    { label: "gone for long", used: 100, resetsAt: T0 + 9 * HOUR },
    { label: "most", used: 80 },
    { label: "paid for", used: 100, resetsAt: T0 + HOUR, exhausted: false },
  );
  const labels = (now: number) => bindingFirst(windows, now).map(({ label }) => label);
  assert.deepEqual(labels(T0), ["gone for long", "gone", "paid for", "most", "some"]);
  assert.deepEqual(labels(T0 + 2 * HOUR), ["gone for long", "most", "some", "gone", "paid for"]);
});

test("a scope is all calls, a model, or models with a word in their id", () => {
  const cases: [string, string, boolean][] = [
    ["*", "claude-opus-4-8", true],
    ["claude-opus-4-8", "claude-opus-4-8", true],
    ["claude-opus-4-8", "claude-opus-4", false],
    ["*opus*", "claude-opus-4-8", true],
    ["*opus*", "claude-haiku-4-5", false],
    ["**", "claude-haiku-4-5", false],
  ];
  for (const [scope, model, covered] of cases) assert.equal(scopeCovers(scope, model), covered);
});

const found: fc.Arbitrary<FoundWindow> = fc.record(
  {
    label: fc.string({ unit: "binary" }),
    used: fc.double(),
    limit: fc.double(),
    unit: fc.string(),
    resetsAt: fc.oneof(fc.double(), fc.integer({ min: T0 - HOUR, max: T0 + 100 * HOUR })),
    scope: fc.string(),
    exhausted: fc.boolean(),
  },
  { requiredKeys: ["label", "used"] },
);

test("property: whatever a provider tells, windows are bounded and can be shown", () => {
  fc.assert(
    fc.property(fc.array(found, { maxLength: 40 }), fc.integer({ min: T0, max: T0 + 1e10 }), (all, now) => {
      const reading = readingOf({ windows: all }, "headers", T0);
      assert.ok(isReading(JSON.parse(JSON.stringify(reading))), "and stored");
      const { windows } = reading;
      assert.ok(windows.length <= 16);
      for (const window of windows) {
        assert.match(window.label, /^[^\p{Cc}]{1,40}$/u);
        assert.ok(window.limit > 0 && window.used >= 0);
        assert.ok(window.resetsAt === null || window.resetsAt > T0);
        const [used, left] = [usedPercent(window), leftPercent(window)];
        assert.ok(used >= 0 && used <= 100 && left >= 0 && left <= 100 && Number.isInteger(left));
        if (isOver(window, now)) assert.equal(isExhausted(window, now), false);
      }
      const sorted = bindingFirst(windows, now);
      assert.deepEqual(new Set(sorted), new Set(windows));
      const gone = sorted.map((window) => isExhausted(window, now));
      assert.equal(gone.lastIndexOf(true) + 1, gone.filter(Boolean).length, "exhausted ones are in front");
    }),
  );
});
