// What is left of each plan, as one value: `usage` of the status report. `providers` has the form that OpenClaw
// gives, one row for each; `profiles` says it of every credential, the binding window first.
import type { ProfileId, ProviderId } from "../core/ids.ts";
import type { Balance, UsageReading, UsageWindow } from "../core/usage-window.ts";
import {
  balanceWords,
  bindingFirst,
  isExhausted,
  isOver,
  leftPercent,
  usedPercent,
} from "../core/usage-window.ts";
import { usageSurfaceOf } from "../providers/usage/all.ts";
import type { AgentView } from "./agent-view.ts";
import type { UsageAnswer } from "./usage-question.ts";
import type { UsageTarget } from "./usage-targets.ts";

export interface UsageReport {
  /** ms since epoch of the newest reading; `null` when there is none */
  readonly updatedAt: number | null;
  readonly providers: readonly ProviderUsage[];
  readonly profiles: readonly ProfileUsage[];
}

export interface ProviderUsage {
  readonly provider: ProviderId;
  readonly displayName: string;
  readonly windows: readonly {
    readonly label: string;
    readonly usedPercent: number;
    /** ms since epoch */
    readonly resetAt?: number;
  }[];
  readonly plan?: string;
  /** instead of windows */
  readonly summary?: string;
  readonly error?: string;
}

export interface ProfileUsage {
  readonly profileId: ProfileId;
  readonly provider: ProviderId;
  readonly displayName: string;
  readonly plan?: string;
  /** ms since epoch; `null` when nothing was read yet */
  readonly readAt: number | null;
  readonly ageMs: number | null;
  /** the binding one first */
  readonly windows: readonly WindowRow[];
  readonly balances?: readonly Balance[];
  /** why there is no newer reading */
  readonly error?: string;
}

export interface WindowRow extends Omit<UsageWindow, "exhausted"> {
  readonly usedPercent: number;
  readonly leftPercent: number;
  readonly ageMs: number;
  /** until it resets; `null` when that is not known, or past */
  readonly resetsInMs: number | null;
  /** It refuses calls until it resets. */
  readonly exhausted: boolean;
  /** It has reset since it was read. */
  readonly over: boolean;
}

/** What was asked just now, by profile. */
export type Asked = ReadonlyMap<UsageTarget, UsageAnswer>;

/** `undefined` when there is nothing to show: usage is hidden where no credential has any. */
export function usageReport(
  view: Pick<AgentView, "snapshot">,
  asked: Asked | undefined,
  now: number,
): UsageReport | undefined {
  const answers = [...(asked ?? [])];
  const rows = view.snapshot.profiles.flatMap((profile): ProfileUsage[] => {
    const kept = view.snapshot.health.get(profile.id)?.usage;
    const answer = answers.find(([target]) => target.profile.id === profile.id && !target.passing)?.[1];
    if (!kept && !answer) return [];
    return [profileUsage(profile, kept, answer, now)];
  });
  const passing = answers.flatMap(([{ profile, passing: only }, answer]) =>
    only ? [profileUsage(profile, undefined, answer, now)] : [],
  );
  const profiles = [...passing, ...rows];
  if (profiles.length === 0) return asked && { updatedAt: null, providers: [], profiles: [] };
  const readings = profiles.flatMap(({ readAt }) => (readAt === null ? [] : [readAt]));
  return {
    updatedAt: readings.length === 0 ? null : Math.max(...readings),
    providers: providersOf(profiles),
    profiles,
  };
}

function profileUsage(
  { id, provider }: { readonly id: ProfileId; readonly provider: ProviderId },
  kept: UsageReading | undefined,
  answer: UsageAnswer | undefined,
  now: number,
): ProfileUsage {
  const fresh = answer && "reading" in answer ? answer.reading : undefined;
  // What was kept has the evidence of calls in it, unless it could not be written.
  const reading = kept && kept.readAt >= (fresh?.readAt ?? 0) ? kept : fresh;
  const windows = bindingFirst(reading?.windows ?? [], now).map((window) => windowRow(window, now));
  const error = answer && "failed" in answer ? answer.failed : undefined;
  return {
    profileId: id,
    provider,
    displayName: usageSurfaceOf(provider)?.displayName ?? provider,
    readAt: reading?.readAt ?? null,
    ageMs: reading ? Math.max(0, now - reading.readAt) : null,
    windows,
    ...(reading?.plan === undefined ? {} : { plan: reading.plan }),
    ...(reading?.balances === undefined ? {} : { balances: reading.balances }),
    ...(error === undefined ? {} : { error: `${provider} ${error}` }),
  };
}

function windowRow(window: UsageWindow, now: number): WindowRow {
  return {
    ...window,
    usedPercent: Math.round(usedPercent(window) * 100) / 100,
    leftPercent: leftPercent(window),
    ageMs: Math.max(0, now - window.readAt),
    resetsInMs: window.resetsAt === null || isOver(window, now) ? null : window.resetsAt - now,
    exhausted: isExhausted(window, now),
    over: isOver(window, now),
  };
}

/** Of the credentials of a provider the first that has something to show speaks for it. */
function providersOf(profiles: readonly ProfileUsage[]): ProviderUsage[] {
  return [...Map.groupBy(profiles, ({ provider }) => provider)].map(([provider, rows]) => {
    const best = rows.find(({ readAt, error }) => readAt !== null && error === undefined);
    const { displayName, windows, plan, balances, error } =
      best ?? rows.find((row) => row.readAt) ?? rows[0]!;
    return {
      provider,
      displayName,
      windows: windows.map((window) => ({
        label: window.label,
        usedPercent: window.usedPercent,
        ...(window.resetsAt === null ? {} : { resetAt: window.resetsAt }),
      })),
      ...(plan === undefined ? {} : { plan }),
      ...(windows.length === 0 && balances ? { summary: balances.map(balanceWords).join(", ") } : {}),
      ...(error === undefined ? {} : { error }),
    };
  });
}
