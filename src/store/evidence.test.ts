import assert from "node:assert/strict";
import { test } from "node:test";
import type { Bar, Health } from "../core/health.ts";
import { HEALTHY } from "../core/health.ts";
import type { JsonObject } from "../core/json.ts";
import { learn } from "./evidence.ts";
import { parseUsage, projectUsage } from "./usage.ts";

const NOW = 1_800_000_000_000;
const whole: Bar = { scope: "*", lane: "cooldown", reason: "auth", since: NOW - 10_000, until: NOW + 20_000 };
const ofModel: Bar = { ...whole, scope: "m1", reason: "timeout", until: NOW + 25_000 };
const off: Bar = { ...whole, lane: "disabled", reason: "billing", until: NOW + 1e7 };
const sick: Health = {
  bars: [whole, ofModel],
  errorCount: 2,
  failureCounts: { auth: 1, timeout: 1 },
  lastFailureAt: NOW - 10_000,
  lastUsed: NOW - 60_000,
};
const entry = projectUsage(undefined, sick, NOW)!;

interface Case {
  name: string;
  health?: Health;
  before?: JsonObject | undefined;
  after: unknown;
  bars: readonly Bar[];
  errorCount: number;
  more?: Partial<Health>;
}

const cases: Case[] = [
  { name: "the entry is as we left it", after: entry, bars: sick.bars, errorCount: 2 },
  { name: "only keys we do not know changed", after: { ...entry, note: 1 }, bars: sick.bars, errorCount: 2 },
  { name: "the entry was removed", after: undefined, bars: [], errorCount: 0 },
  {
    name: "the window was taken out by hand",
    after: { lastUsed: sick.lastUsed, errorCount: 0 },
    bars: [],
    errorCount: 0,
  },
  {
    name: "a later success disproves what bars the whole profile",
    after: { lastUsed: NOW - 5, errorCount: 0, lastFailureAt: sick.lastFailureAt },
    bars: [ofModel],
    errorCount: 0,
    more: { lastUsed: NOW - 5, failureCounts: {} },
  },
  {
    name: "a moved window replaces the one we showed",
    after: { ...entry, cooldownUntil: NOW + 300_000, errorCount: 3, lastFailureAt: NOW - 1 },
    bars: [ofModel, { ...whole, since: NOW - 1, until: NOW + 300_000 }],
    errorCount: 3,
    more: { lastFailureAt: NOW - 1 },
  },
  {
    name: "a disabled window comes on top",
    after: { ...entry, disabledUntil: off.until, disabledReason: "billing" },
    bars: [...sick.bars, off],
    errorCount: 2,
  },
  {
    name: "an expired window was tidied away: others run on",
    health: { ...sick, bars: [{ ...whole, until: NOW - 1 }, ofModel] },
    before: { cooldownUntil: NOW - 1, cooldownReason: "auth", errorCount: 2, lastFailureAt: NOW - 10_000 },
    after: { errorCount: 2, lastFailureAt: NOW - 10_000 },
    bars: [{ ...whole, until: NOW - 1 }, ofModel],
    errorCount: 2,
  },
  {
    name: "a home that only OpenClaw wrote: a cooling model",
    health: HEALTHY,
    before: undefined,
    after: {
      cooldownUntil: NOW + 9,
      cooldownReason: "rate_limit",
      cooldownModel: "m2",
      errorCount: 1,
      failureCounts: { rate_limit: 1, martians: 2 },
      lastFailureAt: NOW - 21,
    },
    bars: [{ scope: "m2", lane: "cooldown", reason: "rate_limit", since: NOW - 21, until: NOW + 9 }],
    errorCount: 1,
    more: { failureCounts: { rate_limit: 1 }, lastFailureAt: NOW - 21 },
  },
  {
    name: "garbage says nothing",
    health: HEALTHY,
    before: undefined,
    after: { cooldownUntil: "later", disabledUntil: -5, errorCount: "x", lastUsed: null, failureCounts: [] },
    bars: [],
    errorCount: 0,
  },
  {
    name: "a reason we do not know bars all the same",
    health: HEALTHY,
    before: undefined,
    after: { cooldownUntil: NOW + 9, cooldownReason: "session_expired" },
    bars: [{ scope: "*", lane: "cooldown", reason: "unknown", since: 0, until: NOW + 9 }],
    errorCount: 0,
  },
  {
    name: "a window of the past bars nothing",
    health: HEALTHY,
    before: undefined,
    after: { cooldownUntil: NOW - 3_600_000, errorCount: 1 },
    bars: [],
    errorCount: 1,
  },
];

for (const { name, health = sick, bars, errorCount, more, ...changed } of cases) {
  test(name, () => {
    const before = "before" in changed ? changed.before : entry;
    const learned = learn(health, parseUsage(before), parseUsage(changed.after), NOW);
    assert.deepEqual(learned.bars, bars);
    assert.equal(learned.errorCount, errorCount);
    for (const [field, value] of Object.entries(more ?? {}))
      assert.deepEqual(learned[field as keyof Health], value);
  });
}

test("an unchanged entry gives back the same health", () => {
  assert.equal(learn(sick, parseUsage(entry), parseUsage({ ...entry }), NOW), sick);
});
