import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { OAuthCredential } from "./credential.ts";
import { endOfTokens, freshnessOf, healthAfterRefresh, refreshed } from "./refresh.ts";
import type { Bar } from "./health.ts";
import { HEALTHY } from "./health.ts";

const NOW = 1_800_000_000_000;
const MINUTE = 60_000;
const OLD: OAuthCredential = {
  type: "oauth",
  provider: "openai",
  access: "old-access",
  refresh: "old-refresh",
  expires: NOW,
  email: "ada@example.com",
};

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

test("what cannot or need not be refreshed is left alone", () => {
  const spent = { expiresAt: NOW - 1, refreshable: true };
  assert.equal(freshnessOf({ ...spent, type: "token" }, true, NOW, 0), "fresh");
  assert.equal(freshnessOf({ ...spent, type: "oauth", refreshable: false }, true, NOW, 0), "fresh");
  assert.equal(freshnessOf({ type: "oauth", refreshable: true }, true, NOW, 0), "fresh");
  assert.equal(freshnessOf({ type: "oauth", refreshable: true }, false, NOW, 0), "spent");
});

test("an answer without refresh token keeps the old one; who the login belongs to stays", () => {
  assert.deepEqual(refreshed(OLD, { access: "new", expiresIn: 3600 }, NOW), {
    ...OLD,
    access: "new",
    expires: NOW + 3_600_000,
  });
  assert.equal(refreshed(OLD, { access: "new", refresh: "newer" }, NOW).refresh, "newer");
});

test("a moment in place of a lifetime is taken as one, in seconds or ms", () => {
  assert.equal(endOfTokens(900, NOW), NOW + 900_000);
  assert.equal(endOfTokens(NOW / 1000 + 900, NOW), NOW + 900_000);
  assert.equal(endOfTokens(NOW + 900_000, NOW), NOW + 900_000);
  assert.equal(endOfTokens(String(NOW + 900_000), NOW), NOW + 900_000);
  assert.equal(endOfTokens(NOW - 1, NOW), NOW + 60 * MINUTE);
});

test("property: whatever the lifetime is, the tokens are kept and end in the future", () => {
  fc.assert(
    fc.property(fc.anything(), (expiresIn) => {
      const { access, refresh, expires } = refreshed(
        OLD,
        { access: "a", refresh: "r", expiresIn: safe(expiresIn) },
        NOW,
      );
      assert.deepEqual([access, refresh], ["a", "r"]);
      assert.ok(typeof expires === "number" && expires >= NOW && expires <= NOW + 400 * 24 * 60 * MINUTE);
    }),
  );
});

/** As JSON could bring it. */
const safe = (value: unknown): unknown => {
  try {
    return JSON.parse(JSON.stringify(value) ?? "null");
  } catch {
    return null;
  }
};

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
