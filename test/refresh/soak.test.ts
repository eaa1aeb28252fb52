// Samples of the soaks (DESIGN, "Never broken" 3 and 4). At full size: npm run soak:refresh, npm run soak:refresh-kills
import assert from "node:assert/strict";
import { test } from "node:test";
import { runKills } from "./kills-run.ts";
import { newSeed } from "./random.ts";
import { runSoak } from "./soak-run.ts";

test("5 processes of all kinds, 8 expiries: 8 refreshes, and every caller has a token that is good", async (t) => {
  const seed = newSeed();
  t.diagnostic(`seed ${seed}`);
  const report = await runSoak({ processes: 5, expiries: 8, gateways: 1, copies: true, seed });
  assert.deepEqual(report.faults, []);
  const { refreshes, refused, grantsKilled, failed } = report;
  assert.deepEqual(
    { refreshes, refused, grantsKilled, failed },
    { refreshes: 8, refused: 0, grantsKilled: 0, failed: 0 },
  );
});

test("10 kills in the middle of a refresh: no login is lost whose answer was committed, or that was not sent", async (t) => {
  const seed = newSeed();
  t.diagnostic(`seed ${seed}`);
  const report = await runKills({ trials: 10, lanes: 2, seed });
  assert.deepEqual(report.faults, []);
  assert.equal(report.trials, 10);
  const { grace } = report.between;
  assert.equal(grace.survived, grace.kills, "where the provider takes a spent token again, no login is lost");
});
