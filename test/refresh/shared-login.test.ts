// One expiry, one refresh, whoever shares the login (DESIGN, "Never broken" 3).
import assert from "node:assert/strict";
import { test } from "node:test";
import { shareLogin } from "./shared-login.ts";

test("6 processes, 12 expiries: 12 refreshes, nobody fails", async (t) => {
  const shared = await shareLogin(6);
  t.after(() => shared.stop());
  for (let round = 1; round <= 12; round++) {
    assert.deepEqual(new Set(await shared.expire()), new Set(["renewed"]));
    assert.equal((await shared.stored()).refresh, `fake-refresh-${round}`);
  }
  assert.equal(shared.server.asked.length, 12);
  assert.equal(shared.server.dead, false);
});
