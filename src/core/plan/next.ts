// The next attempt of a run: one scan over what `prepare` sorted.
import type { ProfileId } from "../ids.ts";
import type { ModelRef } from "../model-ref.ts";
import { formatModelRef } from "../model-ref.ts";
import type { Candidate } from "./candidate.ts";
import { isEnvironmentKey, NO_TESTS } from "./candidate.ts";
import { isRisky, overtakes } from "./compare.ts";
import { closedTo } from "./crossing.ts";
import type { Prepared } from "./prepare.ts";
import { isTested, usable } from "./usable.ts";
import type { Attempt, PlanRequest, Walk } from "./walk.ts";
import { START } from "./walk.ts";

interface Pass {
  /** models whose rotation budget is spent */
  readonly postponed: boolean;
  /** with what only a guess of ours bars, see `endOf` in ../health.ts */
  readonly lastResort: boolean;
}
const PASSES: readonly Pass[] = [
  { postponed: false, lastResort: false },
  { postponed: true, lastResort: false },
  { postponed: false, lastResort: true },
  { postponed: true, lastResort: true },
];

/** The next attempt of a run, or `undefined` when nothing that could answer is left. Pure. */
export function next(prepared: Prepared, request: PlanRequest, walk: Walk, now: number): Attempt | undefined {
  for (const pass of PASSES) {
    if (pass.postponed && walk.postponed.size === 0) continue;
    const attempt = firstIn(pass, prepared, request, walk, now);
    if (attempt) return attempt;
  }
  return undefined;
}

function firstIn(pass: Pass, prepared: Prepared, request: PlanRequest, walk: Walk, now: number) {
  for (const [index, ref] of request.models.entries()) {
    const name = walk === START ? "" : formatModelRef(ref);
    if (walk.closed.has(name) || walk.postponed.has(name) !== pass.postponed) continue;
    const candidate = best(prepared, request, index, walk, now, pass.lastResort);
    if (candidate) return { ref, candidate };
  }
  return undefined;
}

/** One scan in the fixed order: the first rank with a usable candidate decides, and in it the first type. */
export function best(
  prepared: Prepared,
  request: PlanRequest,
  index: number,
  walk: Walk,
  now: number,
  lastResort: boolean,
) {
  const ref = request.models[index]!;
  const list = prepared.candidates.get(ref.provider);
  if (!list) return undefined;
  const asked = askedOf(prepared, request, index, walk, now, lastResort);
  const { model } = ref;
  let first: Candidate | undefined;
  for (const candidate of list) {
    if (first) {
      if (candidate.rank !== first.rank) break;
      // Of a later type only one that will answer while the first may not.
      if (candidate.type !== first.type && !isRisky(first, model, now)) break;
      if (overtakes(candidate, first, model, now) && fits(candidate, asked)) first = candidate;
    } else if (fits(candidate, asked)) {
      const sticky = stickyIn(list, candidate.rank, request.sticky);
      if (sticky && fits(sticky, asked)) return sticky;
      first = candidate;
    }
  }
  return first;
}

const stickyIn = (list: readonly Candidate[], rank: number, id: ProfileId | undefined) =>
  id === undefined ? undefined : list.find((each) => each.rank === rank && each.profile.id === id);

/** What a candidate is held against: made once for a scan. */
interface Asked {
  readonly ref: ModelRef;
  readonly pin: ProfileId | undefined;
  /** metered candidates are out of it */
  readonly closed: boolean;
  readonly joinsTests: boolean;
  readonly lastResort: boolean;
  /** what is behind us; absent at the start */
  readonly walk: Walk | undefined;
  readonly name: string;
  readonly now: number;
}

function askedOf(
  prepared: Prepared,
  request: PlanRequest,
  index: number,
  walk: Walk,
  now: number,
  lastResort: boolean,
): Asked {
  const ref = request.models[index]!;
  const begins = walk.tried.size === 0 && walk.keysClosed.size === 0;
  return {
    ref,
    pin: index === 0 ? request.pin : undefined,
    closed: closedTo(prepared, request) !== undefined,
    joinsTests: request.joinsTests === true,
    lastResort,
    walk: begins ? undefined : walk,
    name: begins ? "" : formatModelRef(ref),
    now,
  };
}

const fits = (
  candidate: Candidate,
  { ref, pin, closed, joinsTests, lastResort, walk, name, now }: Asked,
): boolean =>
  (pin === undefined || candidate.profile.id === pin) &&
  !(closed && candidate.metered) &&
  usable(candidate, ref, now, lastResort) &&
  (candidate.load.testing === NO_TESTS || joinsTests || !isTested(candidate, ref, now, lastResort)) &&
  !(walk && isBehind(candidate, walk, name));

const isBehind = (candidate: Candidate, { tried, keysClosed }: Walk, name: string): boolean =>
  (isEnvironmentKey(candidate) && keysClosed.has(name)) || tried.has(`${name} ${candidate.profile.id}`);
