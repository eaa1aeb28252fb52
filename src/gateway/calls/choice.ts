// What the first choice of a run sees: noted when it is made, since it is another a moment later.
import type { Failure } from "../../core/failure/failure.ts";
import type { ProfileId } from "../../core/ids.ts";
import type { ModelRef } from "../../core/model-ref.ts";
import type { Prepared } from "../../core/plan/prepare.ts";
import type { Attempt, PlanRequest } from "../../core/plan/walk.ts";
import { isUnderTest, keptCandidates, loadOf } from "../../core/replay/record.ts";
import type { Served } from "./served.ts";

/** Only where there is a choice does it matter which profile served a conversation last. */
export const isChoice = ({ candidates }: Prepared, models: readonly ModelRef[]): boolean =>
  models.some(({ provider }) => (candidates.get(provider)?.length ?? 0) > 1);

/**
 * Notes what the choice of `attempt` saw, until it is made: when its login was made ready, all are asked again.
 *
 * @returns `waiting`
 */
export function noteChoice(
  served: Served,
  attempt: Attempt,
  decidedAt: number,
  waiting: Promise<Failure | undefined> | undefined,
): Promise<Failure | undefined> | undefined {
  const { live } = served;
  note(served, live.prepared, attempt.candidate.profile.id);
  served.from = live.view.snapshot;
  served.chosen = waiting === undefined;
  served.decidedMs = decidedAt - served.startedAt;
  if (!waiting) return undefined;
  return waiting.then((fault) => {
    served.chosen = fault !== undefined;
    return fault;
  });
}

/** Nothing could be chosen: what was there when the run began. */
export const noteNoChoice = (served: Served): void => note(served, served.begun, undefined);

function note(served: Served, prepared: Prepared, picked: ProfileId | undefined): void {
  const { plan, startedAt } = served;
  const matters = isChoice(prepared, plan.models) || testedAtFirst(prepared, plan) !== NOBODY;
  served.seen = prepared;
  served.load = matters
    ? loadOf(keptCandidates(prepared, plan, picked), startedAt - RAMPS_END_MS)
    : undefined;
}

/** A profile that began longer ago takes calls like any other. */
const RAMPS_END_MS = 60_000;

const NOBODY: readonly ProfileId[] = [];

/** Profiles that other calls test just now: whoever waits for them is told so. */
export function testedAtFirst(prepared: Prepared, { models }: PlanRequest): readonly ProfileId[] {
  let tested: ProfileId[] | undefined;
  for (const { provider } of models)
    for (const candidate of prepared.candidates.get(provider) ?? [])
      if (isUnderTest(candidate)) (tested ??= []).push(candidate.profile.id);
  return tested === undefined ? NOBODY : [...new Set(tested)];
}
