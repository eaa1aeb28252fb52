// How the credentials of an agent are paid for, whether calls may move from those that are paid for anyway to those
// that cost money for each call, and what that has cost today. Told where there are both.
import { AccessError } from "../core/errors.ts";
import type { CrossingCode, CrossingRule, Funding } from "../core/funding.ts";
import { usualFunding } from "../core/funding.ts";
import { dayEnds, NANO } from "../core/key-use.ts";
import type { AgentView } from "./agent-view.ts";
import { crossedOn } from "./crossings.ts";
import type { CommandDeps } from "./open-deps.ts";

export interface CrossingReport {
  readonly rule: CrossingRule;
  /** a day of UTC; `unpriced`: calls whose price is not known, which count as much as those of a dear model */
  readonly today: { readonly calls: number; readonly dollars: number; readonly unpriced: number };
  /** why calls may not cross now */
  readonly closed?: CrossingCode;
  /** ms since epoch, when they may again */
  readonly until?: number;
  readonly profiles: readonly FundingRow[];
}

export interface FundingRow {
  readonly profileId: string;
  readonly provider: string;
  readonly funding: Funding;
}

/** Nothing where no call could cross, or while access.json cannot be read, which is told elsewhere. */
export async function crossingReport(
  deps: CommandDeps,
  view: AgentView,
): Promise<CrossingReport | undefined> {
  const rule = ruleOf(deps);
  if (rule === undefined) return undefined;
  const { profiles, funding } = view.snapshot;
  const use = await crossedOn(deps.clientKeys(), view.readAt);
  const spent = typeof rule === "object" && use.nanoDollars >= rule.maxPerDay * NANO;
  return {
    rule,
    today: { calls: use.requests, dollars: use.nanoDollars / NANO, unpriced: use.unpriced },
    ...(rule === "never" ? { closed: "crossing_never" as const } : {}),
    ...(spent ? { closed: "crossing_budget" as const, until: dayEnds(view.readAt) } : {}),
    profiles: profiles.map((profile) => ({
      profileId: profile.id,
      provider: profile.provider,
      funding: funding?.get(profile.id) ?? usualFunding(profile),
    })),
  };
}

function ruleOf(deps: CommandDeps): CrossingRule | undefined {
  try {
    return deps.accessConfig().crossing;
  } catch (error) {
    if (error instanceof AccessError) return undefined;
    throw error;
  }
}
