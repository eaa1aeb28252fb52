import assert from "node:assert/strict";
import { test } from "node:test";
import type { Bar, Health } from "../core/health.ts";
import { HEALTHY, settle } from "../core/health.ts";
import type { JsonObject } from "../core/json.ts";
import { projectUsage } from "./usage.ts";

const NOW = 1_800_000_000_000;
const bar = (scope: string, untilMs: number, lane: Bar["lane"] = "cooldown"): Bar => ({
  scope,
  lane,
  reason: lane === "cooldown" ? "rate_limit" : "billing",
  since: NOW,
  until: NOW + untilMs,
});
const barred = (...bars: Bar[]): Health => ({ ...HEALTHY, bars, errorCount: 1, lastFailureAt: NOW });

// fidelity spec §9: the state that OpenClaw itself writes after each kind of answer
const cases: [string, unknown, Health, JsonObject | null][] = [
  [
    "a model cools",
    undefined,
    barred(bar("m1", 30_000)),
    {
      cooldownUntil: NOW + 30_000,
      cooldownReason: "rate_limit",
      cooldownModel: "m1",
      errorCount: 1,
      lastFailureAt: NOW,
    },
  ],
  [
    "two models cool: the one that ends last has the room",
    undefined,
    barred(bar("m1", 30_000), bar("m2", 60_000)),
    {
      cooldownUntil: NOW + 60_000,
      cooldownReason: "rate_limit",
      cooldownModel: "m2",
      errorCount: 1,
      lastFailureAt: NOW,
    },
  ],
  [
    "the whole profile goes before a model that cools longer",
    { cooldownModel: "m2", ours: "no" },
    barred(bar("*", 30_000), bar("m2", 60_000)),
    {
      cooldownUntil: NOW + 30_000,
      cooldownReason: "rate_limit",
      errorCount: 1,
      lastFailureAt: NOW,
      ours: "no",
    },
  ],
  [
    "disabled",
    undefined,
    { ...barred(bar("*", 5_000, "disabled")), failureCounts: { billing: 1 } },
    {
      disabledUntil: NOW + 5_000,
      disabledReason: "billing",
      errorCount: 1,
      failureCounts: { billing: 1 },
      lastFailureAt: NOW,
    },
  ],
  [
    "after a success",
    { cooldownUntil: NOW + 1, cooldownReason: "auth", errorCount: 4, failureCounts: { auth: 4 } },
    settle(barred(bar("*", 30_000)), { kind: "success", model: "m1", startedAt: NOW + 1, at: NOW + 2 }),
    { lastUsed: NOW + 2, errorCount: 0, lastFailureAt: NOW },
  ],
  ["an ended bar is not shown", undefined, barred(bar("*", -1)), { errorCount: 1, lastFailureAt: NOW }],
  ["nothing to show", { errorCount: 3, cooldownUntil: NOW }, HEALTHY, null],
  [
    "nothing to show beside a key of theirs",
    { errorCount: 3, theirs: 1 },
    HEALTHY,
    { errorCount: 0, theirs: 1 },
  ],
];

for (const [name, entry, health, expected] of cases) {
  test(name, () => assert.deepEqual(projectUsage(entry, health, NOW), expected));
}
