// The next attempt of a run: one scan over what `prepare` sorted.
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

/** One scan in the fixed order: the first rank with a usable candidate decides, and in it the first type. */
export function best(prepared: Prepared, request: PlanRequest, index: number, walk: Walk, now: number) {
  const ref = request.models[index]!;
  const pin = index === 0 ? request.pin : undefined;
  const behind = pastOf(walk, ref);
  const closed = closedTo(prepared, request) !== undefined;
  const fits = (candidate: Candidate): boolean =>
    (pin === undefined || candidate.profile.id === pin) &&
    !(closed && candidate.metered) &&
    usable(candidate, ref, now) &&
    (candidate.load.testing === NO_TESTS || request.joinsTests === true || !isTested(candidate, ref, now)) &&
    !behind?.(candidate);
  const list = prepared.candidates.get(ref.provider) ?? [];
  const sticky = request.sticky && list.find((candidate) => candidate.profile.id === request.sticky);
  let first: Candidate | undefined;
  for (const candidate of list) {
    if (first) {
      if (candidate.rank !== first.rank) break;
      // Of a later type only one that will answer while the first may not.
      if (candidate.type !== first.type && !isRisky(first, ref.model, now)) break;
      if (overtakes(candidate, first, ref.model, now) && fits(candidate)) first = candidate;
    } else if (fits(candidate)) {
      if (sticky && sticky.rank === candidate.rank && fits(sticky)) return sticky;
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
