import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { ChatMessage } from "./session.ts";
import { daysOf } from "./usage-days.ts";
import { dailyTotals, sessionUsage, usageAggregates } from "./usage-summary.ts";
import { usageEntries } from "./usage-totals.ts";

const NOON = Date.UTC(2026, 6, 3, 12);
const DAY_MS = 86_400_000;
const utc = (asked: object = {}) => daysOf({ days: 3, ...asked }, NOON, () => 0);

const turn = (runId: string, at: number, usage: object | undefined, model = "m1"): ChatMessage[] => [
  { role: "user", content: [], timestamp: at, runId },
  {
    role: "assistant",
    content: [],
    timestamp: at + 300,
    runId,
    provider: "p",
    model,
    ...(usage ? { usage: { ...usage } } : {}),
  },
];
const entriesOf = (rows: readonly ChatMessage[], days = utc()) => usageEntries(rows, days.dateOf, () => 0.25);

describe("what conversations have used", () => {
  const rows = [
    ...turn("a", NOON - DAY_MS, { input: 1200, output: 30, cacheRead: 200, cost: { total: 1 } }),
    ...turn("b", NOON, { input: 10, output: 5 }, "m2"),
    { role: "user", content: [], timestamp: NOON, aside: true } as const,
    { ...turn("c", NOON, undefined)[1]!, errorMessage: "it failed" },
  ];

  test("is summed by day and model; what was cached is no input twice, and no price is none", () => {
    const usage = sessionUsage(entriesOf(rows));
    assert.deepEqual([usage.input, usage.cacheRead, usage.output, usage.totalTokens], [1010, 200, 35, 1245]);
    assert.deepEqual([usage.totalCost, usage.inputCost, usage.outputCost], [1, 0.75, 0.25]);
    assert.equal(usage.missingCostEntries, 1);
    assert.deepEqual(usage.dailyBreakdown, [
      { date: "2026-07-02", tokens: 1230, cost: 1 },
      { date: "2026-07-03", tokens: 15, cost: 0 },
    ]);
    assert.deepEqual(
      usage.modelUsage.map(({ model, count, totals }) => [model, count, totals.totalTokens]),
      [
        ["m1", 1, 1230],
        ["m2", 1, 15],
      ],
    );
    assert.deepEqual(usage.messageCounts, {
      total: 5,
      user: 2,
      assistant: 3,
      toolCalls: 0,
      toolResults: 0,
      errors: 1,
    });
    assert.deepEqual(usage.latency, { count: 2, avgMs: 300, p95Ms: 300, minMs: 300, maxMs: 300 });
    assert.deepEqual(
      usage.utcQuarterHourTokenUsage.map(({ date, quarterIndex }) => [date, quarterIndex]),
      [
        ["2026-07-02", 48],
        ["2026-07-03", 48],
      ],
    );
  });

  test("is one for several agents", () => {
    const all = usageAggregates([
      { agentId: "main", entries: entriesOf(rows) },
      { agentId: "work", entries: entriesOf(rows) },
    ]);
    assert.deepEqual(
      all.byAgent.map(({ agentId, totals }) => [agentId, totals.totalTokens]),
      [
        ["main", 1245],
        ["work", 1245],
      ],
    );
    assert.deepEqual(
      all.byProvider.map(({ provider, count, totals }) => [provider, count, totals.totalTokens]),
      [["p", 4, 2490]],
    );
    assert.deepEqual(all.daily[1], {
      date: "2026-07-03",
      tokens: 30,
      cost: 0,
      messages: 6,
      toolCalls: 0,
      errors: 2,
    });
  });

  test("nothing is nothing; rows that somebody wrote into a file do no harm", () => {
    const { totalTokens, activityDates } = sessionUsage([]);
    assert.deepEqual([totalTokens, activityDates], [0, []]);
    const odd = entriesOf(turn("x", NOON, { input: "many", output: -3, cost: "free" }));
    assert.deepEqual(sessionUsage(odd).totalTokens, 0);
  });

  test("days without use are named, and each zone has its own midnight", () => {
    const daily = dailyTotals(entriesOf(rows), utc().dates);
    assert.deepEqual(
      daily.map(({ date, totalTokens }) => [date, totalTokens]),
      [
        ["2026-07-01", 0],
        ["2026-07-02", 1230],
        ["2026-07-03", 15],
      ],
    );
    for (const [asked, date] of [
      [{ mode: "specific", utcOffset: "UTC+12:30" }, "2026-07-04"],
      [{ mode: "specific", utcOffset: "UTC-13" }, "2026-07-02"],
      [{ mode: "gateway" }, "2026-07-03"],
    ] as const)
      assert.equal(utc(asked).endDate, date);
    const { dates } = utc({ startDate: "0001-01-01" });
    assert.deepEqual(dates, [], "too many to name");
    for (const [asked, words] of [
      [{ startDate: "2026-13-40" }, /invalid startDate: expected a valid YYYY-MM-DD/],
      [{ endDate: "2026-02-30" }, /invalid endDate/],
      [{ startDate: "2026-07-02", endDate: "2026-07-01" }, /must not be after/],
      [{ mode: "specific", utcOffset: "Mars" }, /invalid utcOffset/],
    ] as const)
      assert.throws(() => utc(asked), words);
  });
});
