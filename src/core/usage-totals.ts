// What conversations have used, row by row and in sums, by OpenClaw's names (its `usage.cost`, `sessions.usage`). Pure.
import { isObject } from "./json.ts";
import type { ChatMessage } from "./session.ts";

export interface UsageTotals {
  /** of the prompt, without what was cached */
  readonly input: number;
  readonly output: number;
  readonly cacheRead: number;
  readonly cacheWrite: number;
  readonly totalTokens: number;
  /** US dollars. Cached tokens cost what others cost here, so they have no part of their own. */
  readonly totalCost: number;
  readonly inputCost: number;
  readonly outputCost: number;
  readonly cacheReadCost: number;
  readonly cacheWriteCost: number;
  /** answers whose price nobody knows */
  readonly missingCostEntries: number;
}

export interface UsageEntry {
  readonly at: number;
  /** YYYY-MM-DD */
  readonly date: string;
  readonly role: "user" | "assistant";
  readonly failed: boolean;
  readonly provider?: string;
  readonly model?: string;
  /** of an answer whose tokens were told */
  readonly used?: UsageTotals;
  /** ms from the question to the answer */
  readonly latencyMs?: number;
}

const NOTHING: UsageTotals = {
  input: 0,
  output: 0,
  cacheRead: 0,
  cacheWrite: 0,
  totalTokens: 0,
  totalCost: 0,
  inputCost: 0,
  outputCost: 0,
  cacheReadCost: 0,
  cacheWriteCost: 0,
  missingCostEntries: 0,
};

/** US dollars of an answer's output alone, where a price is known. */
export type OutputCost = (provider: string, model: string, output: number) => number | undefined;

/** Of what was said to models and by them: commands and their answers use nothing. */
export function usageEntries(
  messages: readonly ChatMessage[],
  dateOf: (at: number) => string,
  outputCost: OutputCost,
): UsageEntry[] {
  const asked = new Map<string, number>();
  return messages.flatMap((row) => {
    if (row.aside) return [];
    const { role, timestamp: at, runId, provider, model, errorMessage } = row;
    if (role === "user" && runId !== undefined) asked.set(runId, at);
    const since = role === "assistant" && runId !== undefined ? asked.get(runId) : undefined;
    const used = role === "assistant" ? usedIn(row, outputCost) : undefined;
    return {
      at,
      date: dateOf(at),
      role,
      failed: errorMessage !== undefined,
      ...(provider === undefined ? {} : { provider }),
      ...(model === undefined ? {} : { model }),
      ...(used ? { used } : {}),
      ...(since === undefined ? {} : { latencyMs: Math.max(0, at - since) }),
    };
  });
}

function usedIn({ usage, provider, model }: ChatMessage, outputCost: OutputCost): UsageTotals | undefined {
  if (!usage) return undefined;
  const [prompt, output] = [numberIn(usage, "input"), numberIn(usage, "output")];
  const [cacheRead, cacheWrite] = [numberIn(usage, "cacheRead"), numberIn(usage, "cacheWrite")];
  const cost = isObject(usage["cost"]) ? numberIn(usage["cost"], "total") : undefined;
  const written = provider !== undefined && model !== undefined ? outputCost(provider, model, output) : 0;
  const totalCost = cost ?? 0;
  // Prices may be others by now: the parts are those of what it cost then.
  const ofOutput = Math.min(written ?? 0, totalCost);
  return {
    ...NOTHING,
    input: Math.max(0, prompt - cacheRead - cacheWrite),
    output,
    cacheRead,
    cacheWrite,
    totalTokens: prompt + output,
    totalCost,
    inputCost: totalCost - ofOutput,
    outputCost: ofOutput,
    missingCostEntries: cost === undefined ? 1 : 0,
  };
}

/** A row may hold whatever somebody wrote into its file. */
function numberIn(row: Readonly<Record<string, unknown>>, name: string): number {
  const value = row[name];
  return typeof value === "number" && Number.isFinite(value) && value > 0 ? value : 0;
}

const NAMES = Object.keys(NOTHING) as (keyof UsageTotals)[];

export function totalsOf(entries: readonly UsageEntry[]): UsageTotals {
  const sum = { ...NOTHING } as Record<keyof UsageTotals, number>;
  for (const { used } of entries) if (used) for (const name of NAMES) sum[name] += used[name];
  return sum;
}

export interface MessageCounts {
  readonly total: number;
  readonly user: number;
  readonly assistant: number;
  readonly toolCalls: number;
  readonly toolResults: number;
  readonly errors: number;
}

export function countsOf(entries: readonly UsageEntry[]): MessageCounts {
  const user = entries.filter(({ role }) => role === "user").length;
  const errors = entries.filter(({ failed }) => failed).length;
  // Tools are the clients' own here.
  return {
    total: entries.length,
    user,
    assistant: entries.length - user,
    toolCalls: 0,
    toolResults: 0,
    errors,
  };
}

/** `undefined` where nobody was waited for. */
export function latencyOf(entries: readonly UsageEntry[]) {
  const times = entries.flatMap(({ latencyMs }) => latencyMs ?? []).toSorted((a, b) => a - b);
  if (times.length === 0) return undefined;
  return {
    count: times.length,
    avgMs: times.reduce((sum, ms) => sum + ms, 0) / times.length,
    p95Ms: times[Math.ceil(times.length * 0.95) - 1]!,
    minMs: times[0]!,
    maxMs: times.at(-1)!,
  };
}
