import assert from "node:assert/strict";
import { test } from "node:test";
import { dueAt, endOfTokens, freshnessOf, healthAfterRefresh } from "./refresh.ts";
import type { Bar } from "./health.ts";
import { HEALTHY } from "./health.ts";

const NOW = 1_800_000_000_000;
const MINUTE = 60_000;

test("a login is refreshed inside its last minutes, and waited for only when it has ended", () => {
  const at = (leftMs: number, chance = 0) =>
    freshnessOf({ type: "oauth", expiresAt: NOW + leftMs, refreshable: true }, true, NOW, chance);
  assert.equal(at(60 * MINUTE), "fresh");
  assert.equal(at(5 * MINUTE), "due");
  assert.equal(at(5.5 * MINUTE), "fresh");
  assert.equal(at(5.5 * MINUTE, 1), "due");
  assert.equal(at(5_000), "spent");
  assert.equal(at(-MINUTE), "spent");
});

test("a short-lived token is refreshed in its last quarter, and sent until its last tenth", () => {
  const at = (leftMs: number) =>
    freshnessOf(
      { type: "oauth", expiresAt: NOW + leftMs, lifetimeMs: MINUTE, refreshable: true },
      true,
      NOW,
      0,
    );
  assert.deepEqual([20_000, 14_000, 7000, 5000].map(at), ["fresh", "due", "due", "spent"]);
});

test("a token that has more left than it ever had is due: a clock was moved", () => {
  const profile = { type: "oauth", lifetimeMs: 60 * MINUTE, refreshable: true } as const;
  const at = (leftMs: number) => freshnessOf({ ...profile, expiresAt: NOW + leftMs }, true, NOW, 0);
  assert.equal(at(60.5 * MINUTE), "fresh");
  assert.equal(at(24 * 60 * MINUTE), "due");
});

test("a login is due as long before its end as it is told", () => {
  const profile = { type: "oauth", expiresAt: NOW, refreshable: true } as const;
  assert.equal(dueAt(profile, 0), NOW - 5 * MINUTE);
  assert.equal(dueAt(profile, 1), NOW - 6 * MINUTE);
  assert.equal(dueAt({ ...profile, lifetimeMs: MINUTE }, 0), NOW - 15_000);
  assert.equal(dueAt({ ...profile, refreshable: false }, 0), undefined);
  assert.equal(dueAt({ type: "token", expiresAt: NOW }, 0), undefined);
});

test("what cannot or need not be refreshed is left alone", () => {
  const spent = { expiresAt: NOW - 1, refreshable: true };
  assert.equal(freshnessOf({ ...spent, type: "token" }, true, NOW, 0), "fresh");
  assert.equal(freshnessOf({ ...spent, type: "oauth", refreshable: false }, true, NOW, 0), "fresh");
  assert.equal(freshnessOf({ type: "oauth", refreshable: true }, true, NOW, 0), "fresh");
  assert.equal(freshnessOf({ type: "oauth", refreshable: true }, false, NOW, 0), "spent");
});

test("a moment in place of a lifetime is taken as one, in seconds or ms", () => {
  assert.equal(endOfTokens(900, NOW), NOW + 900_000);
  assert.equal(endOfTokens({ toString: 0 }, NOW), NOW + 3_600_000, "tokens came with it: nothing is thrown");
  assert.equal(endOfTokens(NOW / 1000 + 900, NOW), NOW + 900_000);
  assert.equal(endOfTokens(NOW + 900_000, NOW), NOW + 900_000);
  assert.equal(endOfTokens(String(NOW + 900_000), NOW), NOW + 900_000);
  assert.equal(endOfTokens(NOW - 1, NOW), NOW + 60 * MINUTE);
});

test("new tokens heal a refused login, not an empty quota", () => {
  const bar = (reason: Bar["reason"]): Bar => ({
    scope: "*",
    lane: "cooldown",
    reason,
    since: NOW,
    until: NOW + MINUTE,
  });
  assert.equal(healthAfterRefresh(undefined), undefined);
  assert.equal(healthAfterRefresh({ ...HEALTHY, bars: [bar("auth")] }), undefined);
  const kept = healthAfterRefresh({ ...HEALTHY, bars: [bar("auth"), bar("rate_limit")] });
  assert.deepEqual(
    kept?.bars.map(({ reason }) => reason),
    ["rate_limit"],
  );
});
