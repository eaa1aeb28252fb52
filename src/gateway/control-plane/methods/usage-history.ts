// What conversations have used: by day, by model, by session. Read from their transcripts whenever it is asked for, the
// newest first, as far as a bound goes.
import * as v from "valibot";
import { defaultAgent } from "../../../access/read-view.ts";
import type { AgentId } from "../../../core/ids.ts";
import type { Session } from "../../../core/session.ts";
import type { Days } from "../../../core/usage-days.ts";
import { daysOf } from "../../../core/usage-days.ts";
import { dailyTotals, sessionUsage, usageAggregates } from "../../../core/usage-summary.ts";
import type { OutputCost, UsageEntry } from "../../../core/usage-totals.ts";
import { totalsOf, usageEntries } from "../../../core/usage-totals.ts";
import { rowOf, sessionNamed } from "../conversation.ts";
import type { Call } from "../method.ts";
import { method } from "../method.ts";
import { agentId, alsoKnown, name, wholeNumber } from "../params.ts";
import { storedSessions } from "../stored-sessions.ts";

/** Of one conversation, and of all that are read for one answer: everybody waits while they are counted. */
const MOST_ROWS_OF_ONE = 2000;
const MOST_ROWS = 20_000;
const USUAL_DAYS = 30;
const ALL_DAYS = 3650;
const RANGES = { "7d": 7, "30d": 30, "90d": 90, "1y": 365, all: ALL_DAYS } as const;

const span = {
  agentId,
  agentScope: v.optional(v.literal("all")),
  startDate: v.optional(v.string()),
  endDate: v.optional(v.string()),
  mode: v.optional(v.picklist(["utc", "gateway", "specific"])),
  utcOffset: v.optional(v.string()),
};

export const usageHistoryMethods = {
  "usage.cost": method(
    "operator.read",
    v.strictObject({ ...span, days: v.optional(wholeNumber(1, ALL_DAYS), USUAL_DAYS) }),
    async (call, asked) => {
      const days = daysIn(call, asked);
      const { read, omitted } = await usedIn(call, asked, days);
      const entries = read.flatMap((one) => one.entries);
      const daily = dailyTotals(entries, days.dates);
      return { ...factsOf(call, omitted), days: daily.length, daily, totals: totalsOf(entries) };
    },
  ),

  "sessions.usage": method(
    "operator.read",
    v.strictObject({
      ...span,
      key: v.optional(name),
      range: v.optional(v.picklist(Object.keys(RANGES) as (keyof typeof RANGES)[]), "30d"),
      limit: v.optional(wholeNumber(1, 1000), 50),
      ...alsoKnown("groupBy", "includeHistorical", "includeContextWeight"),
    }),
    async (call, { range, limit, ...asked }) => {
      const days = daysIn(call, { ...asked, days: RANGES[range] });
      const { read, omitted } = await usedIn(call, asked, days);
      const byAgent = Map.groupBy(read, ({ agent }) => agent);
      return {
        ...factsOf(call, omitted),
        startDate: days.startDate,
        endDate: days.endDate,
        sessions: read.slice(0, limit).map((one) => sessionRow(call, one)),
        totals: totalsOf(read.flatMap(({ entries }) => entries)),
        aggregates: usageAggregates(
          [...byAgent].map(([agent, some]) => ({
            agentId: agent,
            entries: some.flatMap(({ entries }) => entries),
          })),
        ),
      };
    },
  ),
};

interface Asked {
  readonly agentId?: string | undefined;
  readonly agentScope?: "all" | undefined;
  readonly key?: string | undefined;
}

const daysIn = ({ gateway }: Call, asked: Parameters<typeof daysOf>[0]): Days =>
  daysOf(asked, gateway.now(), (at) => -new Date(at).getTimezoneOffset());

/** Nothing is remembered from one answer to the next. @param omitted conversations that were not read */
function factsOf({ gateway }: Call, omitted: number) {
  const updatedAt = gateway.now();
  const files = { cachedFiles: 0, pendingFiles: 0, staleFiles: 0 };
  return {
    updatedAt,
    omitted,
    cacheStatus: { status: omitted > 0 ? "partial" : "fresh", ...files, refreshedAt: updatedAt },
  };
}

interface Used {
  readonly agent: AgentId;
  readonly session: Session;
  readonly entries: readonly UsageEntry[];
}

async function usedIn(call: Call, asked: Asked, days: Days) {
  const { gateway, plane } = call;
  const wanted = (await meant(call, asked)).filter(({ session }) => session.updatedAt >= days.from);
  const config = gateway.config();
  const outputCost: OutputCost = (provider, model, outputTokens) => {
    const nano = gateway.prices.nanoDollars(config, { provider, model }, { inputTokens: 0, outputTokens });
    return nano === undefined ? undefined : nano / 1e9;
  };
  const read: Used[] = [];
  let [rows, omitted] = [0, 0];
  for (const { agent, session } of wanted) {
    const most = Math.min(session.messages, MOST_ROWS_OF_ONE);
    if (rows + most > MOST_ROWS) {
      omitted++;
      continue;
    }
    rows += most;
    const messages = most === 0 ? [] : await plane.sessions.messages(agent, session.sessionId, most);
    const entries = usageEntries(messages, days.dateOf, outputCost).filter(
      ({ date }) => date >= days.startDate && date <= days.endDate,
    );
    if (entries.length > 0) read.push({ agent, session, entries });
  }
  return { read, omitted };
}

/** The newest first. @throws AccessError `unknown_agent` */
async function meant(call: Call, { key, agentId: asked, agentScope }: Asked) {
  const named = key === undefined ? undefined : sessionNamed(call, key, asked);
  const agent = named?.agent ?? asked ?? defaultAgent(call.gateway.config());
  const found = await storedSessions(call, agentScope === "all" && !named ? undefined : agent);
  return found
    .filter(({ session }) => named === undefined || session.key === named.key)
    .toSorted((a, b) => b.session.updatedAt - a.session.updatedAt);
}

function sessionRow(call: Call, { agent, session, entries }: Used) {
  const { key, sessionId, updatedAt, label } = session;
  const { modelProvider, model } = rowOf(call, session, agent);
  return {
    key,
    ...(label === undefined ? {} : { label }),
    sessionId,
    scope: "instance",
    updatedAt,
    agentId: agent,
    ...(model === undefined ? {} : { modelProvider, model }),
    usage: { ...sessionUsage(entries), sessionId },
  };
}
