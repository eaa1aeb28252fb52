import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { FailureKind, FailureScope } from "./failure/failure.ts";
import type { Health, HealthEvent } from "./health.ts";
import {
  barredBy,
  cooldownsFor,
  DEFAULT_COOLDOWNS,
  HEALTHY,
  onTrial,
  settle,
  WHOLE_PROFILE,
} from "./health.ts";

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const T0 = 1_800_000_000_000;

const fail = (
  kind: FailureKind,
  at = T0,
  extra: { scope?: FailureScope; retryAt?: number; model?: string; startedAt?: number } = {},
): HealthEvent => ({
  kind: "failure",
  model: extra.model ?? "m1",
  at,
  ...(extra.startedAt === undefined ? {} : { startedAt: extra.startedAt }),
  failure: {
    kind,
    scope: extra.scope ?? "model",
    ...(extra.retryAt === undefined ? {} : { retryAt: extra.retryAt }),
  },
});
const succeed = (at: number, startedAt = at, model = "m1"): HealthEvent => ({
  kind: "success",
  model,
  startedAt,
  at,
});
test("a provider's own back-off for empty accounts doubles like the others', up to the same most", () => {
  const policy = { ...DEFAULT_COOLDOWNS, billingBackoffsMs: { acme: 10 * HOUR } };
  const lengths = (provider: string) => {
    let health = HEALTHY;
    return [0, 25, 50].map((hours) => {
      const at = T0 + hours * HOUR;
      health = settle(health, fail("billing", at), cooldownsFor(provider, policy));
      return (health.bars[0]!.until - at) / HOUR;
    });
  };
  assert.deepEqual(lengths("acme"), [10, 20, 24]);
  for (const other of ["openai", "toString", "__proto__"]) assert.deepEqual(lengths(other), [5, 10, 20]);
});

const after = (...events: HealthEvent[]): Health =>
  events.reduce((health, event) => settle(health, event), HEALTHY);

test("the first failure of each kind, as the fidelity spec records it", () => {
  const cases: [FailureKind, FailureScope, string, string, number][] = [
    ["rate_limit", "model", "m1", "cooldown", 30 * SECOND],
    ["rate_limit", "account", WHOLE_PROFILE, "cooldown", 30 * SECOND],
    ["auth", "account", WHOLE_PROFILE, "cooldown", 30 * SECOND],
    ["overloaded", "provider", WHOLE_PROFILE, "cooldown", 30 * SECOND],
    ["timeout", "provider", "m1", "cooldown", 30 * SECOND],
    ["server_error", "provider", "m1", "cooldown", 30 * SECOND],
    ["model_not_found", "model", "m1", "cooldown", 30 * SECOND],
    ["billing", "account", WHOLE_PROFILE, "disabled", 5 * HOUR],
    ["auth_permanent", "account", WHOLE_PROFILE, "disabled", 10 * MINUTE],
  ];
  for (const [kind, scope, barScope, lane, length] of cases) {
    const [bar] = after(fail(kind, T0, { scope })).bars;
    assert.deepEqual([bar?.scope, bar?.lane, bar && bar.until - T0], [barScope, lane, length], kind);
  }
  for (const kind of ["format", "context_overflow", "unknown"] as const)
    assert.deepEqual(after(fail(kind)), HEALTHY, kind);
});

test("server errors are counted as timeouts, the word OpenClaw's rows know", () => {
  assert.deepEqual(after(fail("server_error")).failureCounts, { timeout: 1 });
});

test("back-off grows 30 s, 60 s, 300 s and stays; billing and revoked double to their caps", () => {
  const lengths = (kind: FailureKind, times: number) => {
    let health = HEALTHY;
    let at = T0;
    const seen: number[] = [];
    for (let i = 0; i < times; i++) {
      health = settle(health, fail(kind, at));
      const until = health.bars[0]!.until;
      seen.push(until - at);
      at = until;
    }
    return seen;
  };
  assert.deepEqual(
    lengths("rate_limit", 4),
    [30, 60, 300, 300].map((s) => s * SECOND),
  );
  assert.deepEqual(
    lengths("billing", 5),
    [5, 10, 20, 24, 24].map((h) => h * HOUR),
  );
  assert.deepEqual(
    lengths("auth_permanent", 5),
    [10, 20, 40, 60, 60].map((m) => m * MINUTE),
  );
});

test("a day without failure starts the count again", () => {
  const health = after(fail("rate_limit"), fail("rate_limit", T0 + 25 * HOUR));
  assert.deepEqual([health.errorCount, health.failureCounts], [1, { rate_limit: 1 }]);
});

test("a failure inside a running bar raises the count and leaves the end", () => {
  const health = after(fail("rate_limit"), fail("rate_limit", T0 + 5 * SECOND));
  assert.deepEqual([health.errorCount, health.bars.map((bar) => bar.until - T0)], [2, [30 * SECOND]]);
});

test("a provider's reset time is kept within bounds", () => {
  const until = (retryAt: number, kind: FailureKind = "rate_limit") =>
    after(fail(kind, T0, { retryAt })).bars[0]!.until - T0;
  assert.equal(until(T0 + 2 * SECOND), 2 * SECOND, "shorter than our own back-off");
  assert.equal(until(T0 + 7 * 24 * HOUR), 7 * 24 * HOUR, "a weekly window");
  assert.equal(until(T0 + 400 * 24 * HOUR), 8 * 24 * HOUR, "bounded");
  assert.equal(until(T0 - 5), 30 * SECOND, "in the past: our own back-off");
  assert.equal(until(Number.NaN), 30 * SECOND, "no time at all");
  assert.equal(until(T0 + 24 * HOUR, "overloaded"), 15 * MINUTE, "a busy provider is asked again sooner");
  const extended = after(fail("rate_limit"), fail("rate_limit", T0 + SECOND, { retryAt: T0 + 90 * SECOND }));
  assert.equal(extended.bars[0]!.until - T0, 90 * SECOND, "may extend a running bar");
});

test("a success ends the bars that it disproves, and no others", () => {
  const health = after(
    fail("rate_limit"),
    fail("rate_limit", T0, { model: "m2" }),
    fail("auth", T0, { scope: "account" }),
  );
  const healed = settle(health, succeed(T0 + 2, T0 + 1));
  assert.deepEqual(
    healed.bars.map((bar) => bar.scope),
    ["m2"],
  );
  assert.deepEqual([healed.errorCount, healed.failureCounts, healed.lastUsed], [0, {}, T0 + 2]);
  const late = settle(after(fail("rate_limit", T0 + 10)), succeed(T0 + 20, T0 + 5));
  assert.equal(late.bars.length, 1, "the attempt began before the bar was set");
});

test("bars are bounded, and those of the whole profile outlast those of models", () => {
  const models = Array.from({ length: 200 }, (_, i) => fail("model_not_found", T0 + i, { model: `m${i}` }));
  const health = after(fail("billing"), ...models);
  assert.equal(health.bars.length, 64);
  assert.ok(health.bars.some((bar) => bar.lane === "disabled"));
  assert.ok(barredBy(health, "m199", T0 + 300));
});

test("retry by hand clears everything", () => {
  const health = settle(after(fail("billing"), fail("rate_limit")), { kind: "retry", at: T0 + 1 });
  assert.deepEqual([health.bars, health.errorCount, health.failureCounts], [[], 0, {}]);
});

test("calls that were under way when the bar was set are the same evidence: a burst is one failure", () => {
  const burst = Array.from({ length: 100 }, (_, i) => fail("billing", T0 + i, { startedAt: T0 - 500 }));
  const health = after(...burst);
  assert.deepEqual([health.errorCount, health.failureCounts], [1, { billing: 1 }]);
  const [bar] = health.bars;
  assert.equal(bar!.until, T0 + 5 * HOUR);
  const next = settle(health, fail("billing", bar!.until, { startedAt: bar!.until - 5 }));
  assert.equal(next.bars[0]!.until - bar!.until, 10 * HOUR, "one step up, not a hundred");
});

test("a bar whose time is over is on trial until an answer or a failure decides", () => {
  const end = T0 + 30 * SECOND;
  const limited = after(fail("rate_limit"));
  assert.equal(onTrial(limited, "m1", end - 1), undefined);
  assert.equal(onTrial(limited, "m1", end)?.scope, "m1");
  assert.equal(onTrial(limited, "m2", end), undefined, "another model's bar is no matter");
  assert.equal(onTrial(settle(limited, succeed(end + 5, end + 1)), "m1", end + 9), undefined);
  const elsewhere = settle(limited, succeed(end + 5, end + 1, "m2"));
  assert.equal(onTrial(elsewhere, "m1", end + 9)?.scope, "m1", "another model's answer proves nothing of it");
  const renewed = settle(limited, fail("rate_limit", end + 5));
  assert.deepEqual([onTrial(renewed, "m1", end + 9), renewed.bars.length], [undefined, 1]);
  assert.equal(renewed.bars[0]!.until - (end + 5), 60 * SECOND);
});

test("on trial, the whole profile goes before a model; a refused request takes the credential", () => {
  const later = T0 + HOUR;
  const health = after(fail("rate_limit"), fail("auth", T0, { scope: "account" }));
  assert.equal(onTrial(health, "m1", later)?.scope, WHOLE_PROFILE);
  const refused = settle(health, fail("format", later));
  assert.equal(onTrial(refused, "m1", later), undefined);
  assert.equal(refused.errorCount, 2, "it was no success");
  const running = after(fail("billing"));
  assert.equal(settle(running, fail("format", T0 + 1)), running, "a running bar stays");
});

test("a bar that is our own guess can be tested half a minute after the last failure, one that was told cannot", () => {
  const third = T0 + 3 * MINUTE;
  const guessed = after(fail("timeout"), fail("timeout", T0 + MINUTE), fail("timeout", third));
  assert.equal(guessed.bars[0]!.until - third, 5 * MINUTE);
  assert.ok(barredBy(guessed, "m1", third + 30 * SECOND));
  assert.ok(barredBy(guessed, "m1", third + 30 * SECOND - 1, true));
  assert.equal(barredBy(guessed, "m1", third + 30 * SECOND, true), undefined);
  assert.equal(onTrial(guessed, "m1", third + 30 * SECOND, true)?.scope, "m1");
  const failedAgain = settle(
    guessed,
    fail("timeout", third + 31 * SECOND, { startedAt: third + 30 * SECOND }),
  );
  assert.ok(barredBy(failedAgain, "m1", third + 60 * SECOND, true), "half a minute from the last failure on");
  assert.equal(failedAgain.bars[0]!.until, guessed.bars[0]!.until);
  const told = settle(guessed, fail("rate_limit", third + SECOND, { retryAt: third + HOUR }));
  assert.ok(barredBy(told, "m1", third + 59 * MINUTE, true), "a provider's word is kept");
  const empty = after(fail("billing", T0, { scope: "account" }));
  assert.ok(barredBy(empty, "m1", T0 + 4 * MINUTE, true));
  assert.equal(barredBy(empty, "m1", T0 + 5 * MINUTE, true), undefined, "somebody may have paid");
  const refused = after(fail("auth_permanent", T0, { scope: "account" }));
  assert.ok(barredBy(refused, "m1", T0 + 9 * MINUTE, true));
});

test("a request that is refused in a test before the bar's end takes the credential; one from before it does not", () => {
  const empty = after(fail("billing", T0, { scope: "account" }));
  const at = T0 + 6 * MINUTE;
  assert.deepEqual(settle(empty, fail("format", at, { startedAt: at - SECOND })).bars, []);
  assert.equal(settle(empty, fail("format", at, { startedAt: T0 - SECOND })), empty);
});

test("a bar that the clock was set back behind does not hold for a day more", () => {
  const health = after(fail("rate_limit", T0 + 24 * HOUR));
  assert.equal(barredBy(health, "m1", T0), undefined);
  assert.equal(onTrial(health, "m1", T0)?.scope, "m1");
  assert.deepEqual(settle(health, succeed(T0 + 2, T0 + 1)).bars, []);
  const skewed = after(fail("rate_limit", T0 + 60 * SECOND));
  assert.ok(barredBy(skewed, "m1", T0), "machines differ by seconds");
});

const arbitraryFailure = fc.record({
  kind: fc.constantFrom<FailureKind>(
    "rate_limit",
    "overloaded",
    "timeout",
    "auth",
    "auth_permanent",
    "billing",
    "model_not_found",
    "format",
    "unknown",
  ),
  scope: fc.constantFrom<FailureScope>("model", "account", "provider", "request"),
  model: fc.constantFrom("m1", "m2"),
  wait: fc.integer({ min: 0, max: 4 * MINUTE }),
  retryIn: fc.option(fc.integer({ min: -MINUTE, max: 10 * HOUR }), { nil: undefined }),
});

test("property: no failure shortens a bar, and without word from the provider none moves", () => {
  fc.assert(
    fc.property(fc.array(arbitraryFailure, { maxLength: 40 }), (failures) => {
      let at = T0;
      let health = HEALTHY;
      for (const { kind, scope, model, wait, retryIn } of failures) {
        at += wait;
        const before = health;
        health = settle(
          health,
          fail(kind, at, { scope, model, ...(retryIn === undefined ? {} : { retryAt: at + retryIn }) }),
        );
        for (const bar of before.bars.filter((running) => running.until > at)) {
          const now = health.bars.find((other) => other.scope === bar.scope && other.lane === bar.lane);
          assert.ok(now && now.until >= bar.until, "never shorter");
          if (retryIn === undefined) assert.equal(now.until, bar.until, "our own back-off moves nothing");
        }
      }
    }),
    { numRuns: 400 },
  );
});

test("property: what a barred model was barred for ends at the bar's end", () => {
  fc.assert(
    fc.property(fc.array(arbitraryFailure, { minLength: 1, maxLength: 20 }), (failures) => {
      let at = T0;
      let health = HEALTHY;
      for (const { kind, scope, model, wait } of failures)
        health = settle(health, fail(kind, (at += wait), { scope, model }));
      const last = Math.max(at, ...health.bars.map((bar) => bar.until));
      assert.equal(barredBy(health, "m1", last + 1), undefined);
    }),
  );
});
