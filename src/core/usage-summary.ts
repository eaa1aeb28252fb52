// What was used by day, model, provider and agent, in the form in which OpenClaw's pages draw it. Pure.
import type { UsageEntry } from "./usage-totals.ts";
import { countsOf, latencyOf, totalsOf } from "./usage-totals.ts";

type Entries = readonly UsageEntry[];

const QUARTER_MS = 15 * 60_000;
const QUARTERS = 96;

/** Of one conversation. */
export function sessionUsage(entries: Entries) {
  const times = entries.map(({ at }) => at);
  const [first, last] = [Math.min(...times), Math.max(...times)];
  const days = byKey(entries, ({ date }) => date);
  const quarters = byKey(entries, ({ at }) => `${utcDate(at)} ${Math.floor(at / QUARTER_MS) % QUARTERS}`);
  const quartersOf = <T>(make: (some: Entries) => T) =>
    quarters.map(([, some]) => ({
      date: utcDate(some[0]!.at),
      quarterIndex: Math.floor(some[0]!.at / QUARTER_MS) % QUARTERS,
      ...make(some),
    }));
  const latency = latencyOf(entries);
  return {
    ...totalsOf(entries),
    ...(entries.length === 0 ? {} : { firstActivity: first, lastActivity: last, durationMs: last - first }),
    activityDates: days.map(([date]) => date),
    dailyBreakdown: days.map(([date, some]) => ({ date, ...spent(some) })),
    dailyMessageCounts: days.map(([date, some]) => ({ date, ...countsOf(some) })),
    utcQuarterHourMessageCounts: quartersOf(countsOf),
    utcQuarterHourTokenUsage: quartersOf(totalsOf),
    dailyLatency: dailyLatency(days),
    dailyModelUsage: modelDays(days),
    messageCounts: countsOf(entries),
    modelUsage: byModel(entries),
    ...(latency ? { latency } : {}),
  };
}

/** Of many conversations. */
export function usageAggregates(agents: readonly { readonly agentId: string; readonly entries: Entries }[]) {
  const entries = agents.flatMap((one) => one.entries);
  const days = byKey(entries, ({ date }) => date);
  const latency = latencyOf(entries);
  return {
    messages: countsOf(entries),
    tools: { totalCalls: 0, uniqueTools: 0, tools: [] },
    byModel: byModel(entries),
    byProvider: byKey(answersIn(entries), ({ provider }) => provider!).map(([provider, some]) => ({
      provider,
      count: some.length,
      totals: totalsOf(some),
    })),
    byAgent: agents.map((one) => ({ agentId: one.agentId, totals: totalsOf(one.entries) })),
    byChannel: [],
    ...(latency ? { latency } : {}),
    dailyLatency: dailyLatency(days),
    modelDaily: modelDays(days),
    daily: days.map(([date, some]) => {
      const { total, toolCalls, errors } = countsOf(some);
      return { date, ...spent(some), messages: total, toolCalls, errors };
    }),
  };
}

/** Each of these days, also one on which nothing was used; then none but those with use. */
export const dailyTotals = (entries: Entries, dates: readonly string[]) => {
  const used = new Map(byKey(entries, ({ date }) => date));
  const all = new Set([...dates, ...used.keys()]);
  return [...all].toSorted().map((date) => ({ date, ...totalsOf(used.get(date) ?? []) }));
};

function spent(entries: Entries) {
  const { totalTokens: tokens, totalCost: cost } = totalsOf(entries);
  return { tokens, cost };
}

type Days = readonly (readonly [date: string, entries: Entries])[];

const dailyLatency = (days: Days) =>
  days.flatMap(([date, some]) => {
    const latency = latencyOf(some);
    return latency ? { date, ...latency } : [];
  });

const byModel = (entries: Entries) =>
  byKey(answersIn(entries), ({ provider, model }) => `${provider}/${model}`).map(([, some]) => ({
    provider: some[0]!.provider!,
    model: some[0]!.model!,
    count: some.length,
    totals: totalsOf(some),
  }));

const modelDays = (days: Days) =>
  days.flatMap(([date, some]) =>
    byModel(some).map(({ provider, model, count, totals }) => ({
      date,
      provider,
      model,
      tokens: totals.totalTokens,
      cost: totals.totalCost,
      count,
    })),
  );

/** By which model is known, and what it took. */
const answersIn = (entries: Entries): Entries =>
  entries.filter(({ used, provider, model }) => used && provider !== undefined && model !== undefined);

/** By their keys in order. */
function byKey(entries: Entries, keyOf: (entry: UsageEntry) => string): [string, UsageEntry[]][] {
  const groups = Map.groupBy(entries, keyOf);
  return [...groups].toSorted(([a], [b]) => (a < b ? -1 : 1));
}

const utcDate = (at: number): string => new Date(at).toISOString().slice(0, 10);
