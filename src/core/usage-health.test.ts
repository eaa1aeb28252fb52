import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Health, HealthEvent } from "./health.ts";
import { barredBy, HEALTHY, settle, WHOLE_PROFILE } from "./health.ts";
import { isNews } from "./usage-health.ts";
import type { FoundWindow, UsageSource } from "./usage-window.ts";
import { readingOf } from "./usage-window.ts";

const T0 = 1_800_000_000_000;
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const told = (windows: FoundWindow[], at = T0, source: UsageSource = "endpoint"): HealthEvent => ({
  kind: "usage",
  reading: readingOf({ windows }, source, at),
  startedAt: at,
  at,
});
const answered = (startedAt: number, model = "m1"): HealthEvent => ({
  kind: "success",
  model,
  startedAt,
  at: startedAt + 100,
});
const after = (...events: HealthEvent[]): Health =>
  events.reduce((health, event) => settle(health, event), HEALTHY);

const full = (more: Partial<FoundWindow> = {}): FoundWindow => ({
  label: "5h",
  used: 100,
  resetsAt: T0 + 3 * HOUR,
  ...more,
});

test("an exhausted window bars until its reset and names itself", () => {
  const health = after(told([full(), { label: "Week", used: 40, resetsAt: T0 + 4 * DAY }]));
  assert.deepEqual(health.bars, [
    {
      scope: WHOLE_PROFILE,
      lane: "cooldown",
      reason: "rate_limit",
      since: T0,
      until: T0 + 3 * HOUR,
      window: "5h",
    },
  ]);
  assert.equal(barredBy(health, "m1", T0 + HOUR)?.window, "5h");
  assert.equal(barredBy(health, "m1", T0 + 3 * HOUR), undefined);
  assert.equal(health.errorCount, 0);
});

test("a window of a model or a family bars that alone", () => {
  const health = after(told([full({ label: "Opus", scope: "*opus*" })]));
  assert.equal(barredBy(health, "claude-opus-4-8", T0)?.window, "Opus");
  assert.equal(barredBy(health, "claude-haiku-4-5", T0), undefined);
});

test("resets are believed within bounds", () => {
  const until = (resetsAt: number | undefined) => after(told([full({ resetsAt })])).bars[0]!.until - T0;
  assert.equal(until(T0 + 30 * DAY), 8 * DAY);
  assert.equal(until(undefined), 10 * MINUTE);
  assert.equal(until(Date.UTC(9999, 0)), 10 * MINUTE);
});

test("a newer reading that says otherwise ends the bar, an older one does not", () => {
  const barred = told([full()], T0 + HOUR);
  const room = [{ label: "5h", used: 3, resetsAt: T0 + 8 * HOUR }];
  assert.equal(after(barred, told(room, T0 + 2 * HOUR)).bars.length, 0);
  assert.equal(after(barred, told(room, T0 + 30 * MINUTE)).bars.length, 1);
  const others = [{ label: "Week", used: 3, resetsAt: T0 + 8 * HOUR }];
  assert.equal(after(barred, told(others, T0 + 2 * HOUR, "headers")).bars.length, 1);
  assert.equal(after(barred, told(others, T0 + 2 * HOUR, "endpoint")).bars.length, 0);
});

test("a bar of a clock that was set back ends with the next reading", () => {
  const room = [{ label: "5h", used: 3, resetsAt: T0 + 8 * HOUR }];
  assert.equal(after(told([full()], T0 + DAY), told(room, T0)).bars.length, 0);
});

test("an answered call ends the bar, and the same numbers do not bring it back", () => {
  const again = (at: number) => told([full()], at);
  const health = after(again(T0), answered(T0 + MINUTE), again(T0 + 2 * MINUTE));
  assert.deepEqual(health.bars, []);
  const said = told([full({ exhausted: true })], T0 + 3 * MINUTE);
  assert.equal(settle(health, said).bars.length, 1, "the provider's own word does");
  const next = told([full({ resetsAt: T0 + 9 * HOUR })], T0 + 4 * HOUR);
  assert.equal(settle(health, next).bars.length, 1, "and so does the next period");
});

test("a call that began before the reading says nothing against it", () => {
  assert.equal(after(told([full()], T0 + MINUTE), answered(T0)).bars.length, 1);
});

test("calls that were taken below the limit are no evidence for the time at the limit", () => {
  const early = told([full({ used: 40, exhausted: false })]);
  assert.equal(after(early, told([full()], T0 + HOUR)).bars.length, 1);
});

test("failures keep their own bars beside those of windows", () => {
  const failure = { kind: "rate_limit", scope: "account" } as const;
  const failed: HealthEvent = { kind: "failure", model: "m1", failure, startedAt: T0, at: T0 + 1000 };
  const health = after(told([full()]), failed);
  assert.deepEqual(
    health.bars.map(({ window, until }) => [window, until - T0]),
    [
      ["5h", 3 * HOUR],
      [undefined, 31_000],
    ],
  );
  const room = told([{ label: "5h", used: 3 }], T0 + 2000);
  assert.deepEqual(
    settle(health, room).bars.map(({ window }) => window),
    [undefined],
  );
});

test("headers tell some windows: the others stay as they were read", () => {
  const health = after(
    told([full({ used: 10 }), { label: "Opus", used: 50 }]),
    told([{ label: "5h", used: 20 }], T0 + MINUTE, "headers"),
  );
  assert.deepEqual(
    health.usage?.windows.map(({ label, used, source }) => [label, used, source]),
    [
      ["5h", 20, "headers"],
      ["Opus", 50, "endpoint"],
    ],
  );
});

test("what is known already is no news", () => {
  const reading = (used: number, at: number) => readingOf({ windows: [full({ used })] }, "headers", at);
  const before = after(told([full({ used: 10 })])).usage;
  assert.equal(isNews(undefined, reading(10, T0), T0), true);
  assert.equal(isNews(before, reading(11, T0 + 1000), T0 + 1000), false, "a little more, a little later");
  assert.equal(isNews(before, reading(11, T0 + 20_000), T0 + 20_000), true);
  assert.equal(isNews(before, reading(10, T0 + 20_000), T0 + 20_000), false);
  assert.equal(isNews(before, reading(10, T0 + 90_000), T0 + 90_000), true, "its age is shown");
  assert.equal(isNews(before, reading(100, T0 + 1000), T0 + 1000), true, "used up is told at once");
});

const anyWindow: fc.Arbitrary<FoundWindow> = fc.record({
  label: fc.constantFrom("5h", "Week", "Opus"),
  used: fc.constantFrom(0, 50, 100, 1e308),
  resetsAt: fc.constantFrom(undefined, T0 + HOUR, T0 + DAY, T0 + 40 * DAY, Date.UTC(9999, 0)),
  scope: fc.constantFrom("*", "*opus*", "m1"),
});
const anyEvent = fc.oneof(
  fc.tuple(fc.array(anyWindow), fc.constantFrom<UsageSource>("endpoint", "headers")),
  fc.constantFrom("m1", "claude-opus-4-8"),
);

test("property: bars of windows are bounded, of windows that were told, and end", () => {
  fc.assert(
    fc.property(fc.array(anyEvent, { maxLength: 30 }), (steps) => {
      const events = steps.map((step, i) => {
        const at = T0 + i * MINUTE;
        return typeof step === "string" ? answered(at, step) : told(step[0], at, step[1]);
      });
      const health = after(...events);
      const end = T0 + 30 * MINUTE;
      assert.ok(health.bars.length <= 64);
      for (const bar of health.bars) {
        assert.ok(health.usage?.windows.some(({ label }) => label === bar.window));
        assert.ok(bar.until - bar.since <= 8 * DAY);
      }
      const room = told([], end + MINUTE);
      assert.deepEqual(settle(health, room).bars, [], "a reading without them ends all");
    }),
  );
});
