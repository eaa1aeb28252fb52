// The snapshot made ready for the choice: indexed and sorted once, so that a call costs one scan.
import type { AuthProfile } from "../credential.ts";
import { usualFunding } from "../funding.ts";
import type { Health } from "../health.ts";
import { HEALTHY } from "../health.ts";
import type { ProfileId, ProviderId } from "../ids.ts";
import type { Candidate, Load, Snapshot } from "./candidate.ts";
import { NO_TESTS, sameCredential } from "./candidate.ts";
import { compareFixed, compareRank } from "./compare.ts";
import { outlookOf } from "./outlook.ts";

export interface Prepared {
  readonly candidates: ReadonlyMap<ProviderId, readonly Candidate[]>;
  readonly excluded: ReadonlyMap<ProviderId, readonly AuthProfile[]>;
}

const SOURCE_RANK = { store: 0, env: 1, config: 2 } as const;
const TYPE_RANK = { oauth: 0, token: 1, api_key: 2, none: 3 } as const;
const IDLE: Load = { inFlight: 0, lastStarted: 0, rampFrom: 0, testing: NO_TESTS };

/**
 * The snapshot, indexed by provider and sorted by what does not change from call to call. Run it once per
 * change of profiles or order. Pure.
 */
export function prepare(snapshot: Snapshot): Prepared {
  const candidates = new Map<ProviderId, Candidate[]>();
  const excluded = new Map<ProviderId, AuthProfile[]>();
  const places = new Map([...snapshot.order].map(([provider, ids]) => [provider, placesOf(ids)]));
  const keys = new Map<ProviderId, number>();
  for (const profile of snapshot.profiles) {
    const order = places.get(profile.provider);
    const place = order ? order.get(profile.id) : 0;
    if (place === undefined) {
      push(excluded, profile.provider, profile);
      continue;
    }
    const keyIndex = profile.source === "env" ? (keys.get(profile.provider) ?? 0) : 0;
    if (profile.source === "env") keys.set(profile.provider, keyIndex + 1);
    push(candidates, profile.provider, candidateOf(profile, place, keyIndex, snapshot));
  }
  return {
    candidates: new Map([...candidates].map(([provider, list]) => [provider, ranked(list)])),
    excluded,
  };
}

/** Sorted, and with the ranks that the sorting shows. */
function ranked(list: readonly Candidate[]): Candidate[] {
  let rank = 0;
  const sorted = list.toSorted(compareFixed);
  return sorted.map((candidate, i) => {
    if (i > 0 && compareRank(sorted[i - 1]!, candidate) !== 0) rank++;
    return rank === 0 ? candidate : { ...candidate, rank };
  });
}

const placesOf = (ids: readonly ProfileId[]): ReadonlyMap<ProfileId, number> =>
  new Map(ids.map((id, place) => [id, place] as const).toReversed());

function candidateOf(profile: AuthProfile, place: number, keyIndex: number, snapshot: Snapshot): Candidate {
  const funding = snapshot.funding?.get(profile.id) ?? usualFunding(profile);
  return {
    profile,
    rank: 0,
    funding,
    metered: funding === "metered",
    load: snapshot.load?.get(profile.id) ?? IDLE,
    place,
    source: SOURCE_RANK[profile.source],
    type: TYPE_RANK[profile.type],
    keyIndex,
    ...standing(profile, snapshot.health.get(profile.id) ?? HEALTHY),
  };
}

/** What of a candidate follows its health. */
const standing = (
  profile: AuthProfile,
  health: Health,
): Pick<Candidate, "health" | "outlook" | "lastSuccess" | "steady"> => ({
  health,
  outlook: outlookOf(health.usage),
  lastSuccess: health.lastUsed ?? 0,
  steady: health.bars.length === 0 && profile.problem === undefined && profile.expiresAt === undefined,
});

/**
 * The same with one profile's health replaced: what a settled attempt costs. What was learnt of a credential
 * that was replaced meanwhile says nothing of the new one. Pure.
 */
export function withHealth(prepared: Prepared, profile: AuthProfile, health: Health): Prepared {
  const list = prepared.candidates.get(profile.provider);
  const index = list?.findIndex((candidate) => sameCredential(candidate.profile, profile)) ?? -1;
  if (!list || index === -1) return prepared;
  const candidates = new Map(prepared.candidates);
  candidates.set(profile.provider, list.with(index, { ...list[index]!, ...standing(profile, health) }));
  return { ...prepared, candidates };
}

function push<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}
