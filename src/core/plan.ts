// The one choice of the whole program: which profile serves a model, best first, and why not the others.
// Status, probe, `models why`, the chat commands and the gateway all ask here (DESIGN, "One engine").
import type { AuthProfile, IneligibleCode } from "./credential.ts";
import { eligibility } from "./credential.ts";
import type { Bar, BarScope, Health } from "./health.ts";
import { barredBy, HEALTHY, onTrial } from "./health.ts";
import type { ProfileId, ProviderId } from "./ids.ts";
import type { ModelRef } from "./model-ref.ts";
import { formatModelRef } from "./model-ref.ts";

/** What is known of an agent's credentials at one moment. */
export interface Snapshot {
  /** In store order, inherited ones after the agent's own. */
  readonly profiles: readonly AuthProfile[];
  /** Explicit order by provider: exact, what it omits is not tried. */
  readonly order: ReadonlyMap<ProviderId, readonly ProfileId[]>;
  readonly health: ReadonlyMap<ProfileId, Health>;
  /** Calls in flight now. The engine only reads it; whoever sends calls keeps it current. */
  readonly load?: ReadonlyMap<ProfileId, Load>;
}

export interface Load {
  readonly inFlight: number;
  /** ms since epoch of the last start; 0 when unknown */
  readonly lastStarted: number;
  /** What calls in flight put to the test after its bar ended. */
  readonly testing: readonly BarScope[];
}

/** A profile with all that the comparator reads. */
export interface Candidate {
  readonly profile: AuthProfile;
  readonly health: Health;
  readonly load: Load;
  /** Place in the explicit order, if there is one. */
  readonly place: number;
  /** Stored profiles before environment keys before the config key. */
  readonly source: number;
  /** OAuth before token before API key. */
  readonly type: number;
  /** Position among the provider's keys of the environment; 0 for others. */
  readonly keyIndex: number;
  /** ms since epoch of the last success, 0 when there was none */
  readonly lastSuccess: number;
  /** Nothing bars it and nothing expires: most are, and the scan need not look closer. */
  readonly steady: boolean;
}

export interface Prepared {
  readonly candidates: ReadonlyMap<ProviderId, readonly Candidate[]>;
  readonly excluded: ReadonlyMap<ProviderId, readonly AuthProfile[]>;
}

export interface PlanRequest {
  /** The model asked for, then its fallbacks. */
  readonly models: readonly ModelRef[];
  /** A person's explicit choice for the first model: only this profile serves it. */
  readonly pin?: ProfileId;
  /** The profile that served this session last: preferred, never required. */
  readonly sticky?: ProfileId;
  /** Who has waited long enough for the outcome of another's test: profiles under test count as free. */
  readonly joinsTests?: boolean;
}

export interface Attempt {
  readonly ref: ModelRef;
  readonly candidate: Candidate;
}

const SOURCE_RANK = { store: 0, env: 1, config: 2 } as const;
const TYPE_RANK = { oauth: 0, token: 1, api_key: 2, none: 3 } as const;
export const NO_TESTS: readonly BarScope[] = [];
const IDLE: Load = { inFlight: 0, lastStarted: 0, testing: NO_TESTS };

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
  for (const list of candidates.values()) list.sort(compareFixed);
  return { candidates, excluded };
}

const placesOf = (ids: readonly ProfileId[]): ReadonlyMap<ProfileId, number> =>
  new Map(ids.map((id, place) => [id, place] as const).toReversed());

function candidateOf(profile: AuthProfile, place: number, keyIndex: number, snapshot: Snapshot): Candidate {
  return {
    profile,
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
): Pick<Candidate, "health" | "lastSuccess" | "steady"> => ({
  health,
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

export const sameCredential = (a: AuthProfile, b: AuthProfile): boolean =>
  a.id === b.id && a.generation === b.generation;

// The comparator of DESIGN, "One engine": explicit order, source and place among the environment's keys make
// the rank, which nothing beats; inside a rank the sticky profile, then type, calls in flight, last use, id.

const compareRank = (a: Candidate, b: Candidate): number =>
  a.place - b.place || a.source - b.source || a.keyIndex - b.keyIndex;

/** The part that `prepare` sorts by; ties that are left go to the lower id. */
const compareFixed = (a: Candidate, b: Candidate): number =>
  compareRank(a, b) || a.type - b.type || (a.profile.id < b.profile.id ? -1 : 1);

/** Whether `later` beats `first`, which stands before it in the fixed order and has the same rank and type. */
const overtakes = (later: Candidate, first: Candidate): boolean =>
  later.load.inFlight < first.load.inFlight ||
  (later.load.inFlight === first.load.inFlight && lastUsed(later) < lastUsed(first));

/** ms since epoch, 0 when never: the last success or start, whichever is later. */
export const lastUsed = (candidate: Candidate): number =>
  Math.max(candidate.lastSuccess, candidate.load.lastStarted);

/** Environment keys of a provider count as one candidate; only rate limits move inside it. */
export const isEnvironmentKey = (candidate: Candidate): boolean => candidate.profile.source === "env";

/**
 * How far a run has walked through its plan. It is the run's own record: `core` reads it here and changes
 * it in `failover.ts` through new values only.
 */
export interface Walk {
  /** `provider/model profileId` of every attempt made */
  readonly tried: ReadonlySet<string>;
  /** Models whose rotation budget is spent: their remaining profiles come after the last fallback. */
  readonly postponed: ReadonlySet<string>;
  /** Models that are over: their remaining profiles would fail the same way. */
  readonly closed: ReadonlySet<string>;
  /** Models whose environment keys are over. */
  readonly keysClosed: ReadonlySet<string>;
}

const NOTHING: ReadonlySet<string> = new Set();
export const START: Walk = { tried: NOTHING, postponed: NOTHING, closed: NOTHING, keysClosed: NOTHING };

export const attemptKey = (attempt: Attempt): string =>
  `${formatModelRef(attempt.ref)} ${attempt.candidate.profile.id}`;

/** The next attempt of a run, or `undefined` when nothing that could answer is left. Pure. */
export function next(prepared: Prepared, request: PlanRequest, walk: Walk, now: number): Attempt | undefined {
  return pass(prepared, request, walk, now, false) ?? pass(prepared, request, walk, now, true);
}

function pass(prepared: Prepared, request: PlanRequest, walk: Walk, now: number, postponed: boolean) {
  for (const [index, ref] of request.models.entries()) {
    const name = walk === START ? "" : formatModelRef(ref);
    if (walk.closed.has(name) || walk.postponed.has(name) !== postponed) continue;
    const candidate = best(prepared, request, index, walk, now);
    if (candidate) return { ref, candidate };
  }
  return undefined;
}

/** One scan in the fixed order: the first rank and type with a usable candidate decide. */
function best(prepared: Prepared, request: PlanRequest, index: number, walk: Walk, now: number) {
  const ref = request.models[index]!;
  const pin = index === 0 ? request.pin : undefined;
  const behind = pastOf(walk, ref);
  const fits = (candidate: Candidate): boolean =>
    (pin === undefined || candidate.profile.id === pin) &&
    usable(candidate, ref, now) &&
    (candidate.load.testing === NO_TESTS || request.joinsTests === true || !isTested(candidate, ref, now)) &&
    !behind?.(candidate);
  const list = prepared.candidates.get(ref.provider) ?? [];
  const sticky = request.sticky && list.find((candidate) => candidate.profile.id === request.sticky);
  let first: Candidate | undefined;
  for (const candidate of list) {
    if (first) {
      if (candidate.type !== first.type || compareRank(candidate, first) !== 0) break;
      if (overtakes(candidate, first) && fits(candidate)) first = candidate;
    } else if (fits(candidate)) {
      if (sticky && compareRank(sticky, candidate) === 0 && fits(sticky)) return sticky;
      first = candidate;
    }
  }
  return first;
}

/** Whether a candidate is behind us; `undefined` at the start, when nothing is. */
function pastOf(walk: Walk, ref: ModelRef): ((candidate: Candidate) => boolean) | undefined {
  if (walk.tried.size === 0 && walk.keysClosed.size === 0) return undefined;
  const model = formatModelRef(ref);
  const keysClosed = walk.keysClosed.has(model);
  return (candidate) =>
    (keysClosed && isEnvironmentKey(candidate)) || walk.tried.has(`${model} ${candidate.profile.id}`);
}

const usable = (candidate: Candidate, ref: ModelRef, now: number): boolean =>
  candidate.steady ||
  (!barredBy(candidate.health, ref.model, now) && eligibility(candidate.profile, now) === "ok");

/**
 * After a bar has ended one call tests the profile, and the others go elsewhere or wait for its outcome
 * ("half-open"). What a call with this candidate would put to the test; `undefined` when it is no test.
 */
export const testScope = ({ steady, health }: Candidate, ref: ModelRef, now: number): BarScope | undefined =>
  steady ? undefined : onTrial(health, ref.model, now)?.scope;

/** Whether another call tests right now what this one would use. */
function isTested(candidate: Candidate, ref: ModelRef, now: number): boolean {
  const { testing } = candidate.load;
  if (testing.length === 0) return false;
  const scope = testScope(candidate, ref, now);
  return scope !== undefined && testing.includes(scope);
}

/**
 * Every attempt a run could make, best first, as if each failed without barring another. Lazy: the first of a
 * model costs one scan, the others one sort. Pure.
 */
export function* plan(prepared: Prepared, request: PlanRequest, now: number): Generator<Attempt, void> {
  for (const [index, ref] of request.models.entries()) {
    const first = best(prepared, request, index, START, now);
    if (!first) continue;
    yield { ref, candidate: first };
    const pin = index === 0 ? request.pin : undefined;
    const others = (prepared.candidates.get(ref.provider) ?? []).filter(
      (candidate) =>
        candidate !== first &&
        (pin === undefined || candidate.profile.id === pin) &&
        usable(candidate, ref, now),
    );
    for (const candidate of others.toSorted((a, b) => compare(a, b, request.sticky)))
      yield { ref, candidate };
  }
}

/** The whole comparator; `best` and `compareFixed` take its rules in parts. */
const compare = (a: Candidate, b: Candidate, sticky: ProfileId | undefined): number =>
  compareRank(a, b) ||
  Number(b.profile.id === sticky) - Number(a.profile.id === sticky) ||
  a.type - b.type ||
  a.load.inFlight - b.load.inFlight ||
  lastUsed(a) - lastUsed(b) ||
  (a.profile.id < b.profile.id ? -1 : 1);

/** `testing`: its bar has ended, and another call is finding out whether it answers again. */
export type LeftOutCode =
  IneligibleCode | "excluded_by_auth_order" | "cooldown" | "disabled" | "testing" | "not_pinned";

/** Why a profile of the asked models is not in the plan. */
export interface LeftOut {
  readonly ref: ModelRef;
  readonly profileId: ProfileId;
  readonly code: LeftOutCode;
  /** present with `cooldown` and `disabled` */
  readonly bar?: Bar;
}

/** A reason code for every profile that `plan` leaves out. Pure. */
export function explain(prepared: Prepared, request: PlanRequest, now: number): LeftOut[] {
  return request.models.flatMap((ref, index) => {
    const pin = index === 0 ? request.pin : undefined;
    const omitted = (prepared.excluded.get(ref.provider) ?? []).map((profile): LeftOut => ({
      ref,
      profileId: profile.id,
      code: "excluded_by_auth_order",
    }));
    const others = (prepared.candidates.get(ref.provider) ?? []).flatMap((candidate): LeftOut[] => {
      const reason = leftOut(candidate, ref, pin, now);
      return reason ? [{ ref, profileId: candidate.profile.id, ...reason }] : [];
    });
    return [...others, ...omitted];
  });
}

function leftOut(candidate: Candidate, ref: ModelRef, pin: ProfileId | undefined, now: number) {
  if (pin !== undefined && candidate.profile.id !== pin) return { code: "not_pinned" as const };
  const eligible = eligibility(candidate.profile, now);
  if (eligible !== "ok") return { code: eligible };
  const bar = barredBy(candidate.health, ref.model, now);
  if (bar) return { code: bar.lane, bar };
  return isTested(candidate, ref, now) ? { code: "testing" as const } : undefined;
}

function push<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}
