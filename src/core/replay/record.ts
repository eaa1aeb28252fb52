// What a receipt keeps of a decision: its inputs, bounded, without a secret. `replay.ts` decides from them again.
import type { AuthProfile } from "../credential.ts";
import type { Funding } from "../funding.ts";
import { usualFunding } from "../funding.ts";
import type { Health } from "../health.ts";
import { HEALTHY } from "../health.ts";
import type { ProfileId } from "../ids.ts";
import type { Candidate, Snapshot } from "../plan/candidate.ts";
import { lastUsed } from "../plan/candidate.ts";
import type { Prepared } from "../plan/prepare.ts";
import type { PlanRequest } from "../plan/walk.ts";
import type { CandidateRecord, LoadRecord, WindowRecord } from "../receipt.ts";
import type { UsageWindow } from "../usage-window.ts";
import { scopeCovers } from "../usage-window.ts";

export const MOST_CANDIDATES = 64;

const NONE: readonly Candidate[] = [];

/**
 * The candidates that a receipt keeps, in the plan's order of providers. Of very many each provider has its
 * share; who was picked is always among them, so that the choice can be made again.
 */
export function keptCandidates(
  prepared: Prepared,
  { models }: PlanRequest,
  picked: ProfileId | undefined,
): readonly Candidate[] {
  const first = models[0]!.provider;
  if (models.every(({ provider }) => provider === first))
    return shareOf(prepared.candidates.get(first) ?? NONE, MOST_CANDIDATES, picked);
  const providers = new Set(models.map(({ provider }) => provider));
  const lists = [...providers].map((provider) => prepared.candidates.get(provider) ?? NONE);
  const all = lists.flat();
  if (all.length <= MOST_CANDIDATES) return all;
  const share = Math.max(1, Math.floor(MOST_CANDIDATES / lists.length));
  return lists.flatMap((list) => shareOf(list, share, picked)).slice(0, MOST_CANDIDATES);
}

function shareOf(list: readonly Candidate[], most: number, picked: ProfileId | undefined) {
  if (list.length <= most) return list;
  const found = list.findIndex(({ profile }) => profile.id === picked);
  return found < most ? list.slice(0, most) : [...list.slice(0, most - 1), list[found]!];
}

/** How many candidates there were beyond those that are kept. */
export function countLeftOver(prepared: Prepared, { models }: PlanRequest, kept: number): number {
  let all = 0;
  for (const provider of new Set(models.map((ref) => ref.provider)))
    all += prepared.candidates.get(provider)?.length ?? 0;
  return all - kept;
}

/**
 * What moves from call to call; it is taken at the decision, since it is another a moment later.
 *
 * @param since ms since epoch: ramps that began before are over
 */
export function loadOf(kept: readonly Candidate[], since: number): LoadRecord {
  const load = { lastUsed: kept.map(lastUsed), inFlight: kept.map((one) => one.load.inFlight) };
  const ramps = kept.some((one) => rampOf(one) > since) ? { rampFrom: kept.map(rampOf) } : undefined;
  const tested = kept.filter(isUnderTest);
  if (tested.length === 0) return ramps ? { ...load, ...ramps } : load;
  const testing = tested.map(({ profile }) => profile.id);
  return { ...load, ...ramps, testing, testingScopes: tested.map((one) => [...one.load.testing]) };
}

const rampOf = ({ load }: Candidate): number => load.rampFrom ?? 0;

export const isUnderTest = ({ load, steady }: Candidate): boolean => load.testing.length > 0 && !steady;

export function candidateRecord(candidate: Candidate, plan: PlanRequest): CandidateRecord {
  const { profile, health, funding, place } = candidate;
  return { ...profileRecord(profile, health, funding, plan), ...(place === 0 ? {} : { place }) };
}

/** Profiles that an explicit order leaves out: they matter to whoever asks what another order would do. */
export function omittedRecords(
  prepared: Prepared,
  { health: healths, funding }: Pick<Snapshot, "health" | "funding">,
  plan: PlanRequest,
  most: number,
): CandidateRecord[] {
  if (prepared.excluded.size === 0) return [];
  const providers = new Set(plan.models.map(({ provider }) => provider));
  const omitted = [...providers].flatMap((provider) => prepared.excluded.get(provider) ?? []).slice(0, most);
  return omitted.map((profile) => {
    const health = healths.get(profile.id) ?? HEALTHY;
    const { lastUsed: used } = health;
    const paid = funding?.get(profile.id) ?? usualFunding(profile);
    return {
      ...profileRecord(profile, health, paid, plan),
      ...(used === undefined ? {} : { lastUsed: used }),
    };
  });
}

function profileRecord(
  profile: AuthProfile,
  health: Health,
  funding: Funding,
  plan: PlanRequest,
): CandidateRecord {
  const { expiresAt, refreshable, loginNeeded, problem } = profile;
  const concerns = ({ scope }: { readonly scope: string }) =>
    plan.models.some(({ model }) => scopeCovers(scope, model));
  const windows = health.usage?.windows.filter(concerns).map(windowRecord) ?? [];
  return {
    profileId: profile.id,
    provider: profile.provider,
    type: profile.type,
    source: profile.source,
    ...(funding === usualFunding(profile) ? {} : { funding }),
    bars: health.bars.filter(concerns),
    ...(windows.length === 0 ? {} : { windows }),
    ...(expiresAt === undefined ? {} : { expiresAt }),
    ...(refreshable === undefined ? {} : { refreshable }),
    ...(loginNeeded === undefined ? {} : { loginNeeded }),
    ...(problem === undefined ? {} : { problem }),
  };
}

const windowRecord = ({ unit: _u, source: _s, ...window }: UsageWindow): WindowRecord => window;
