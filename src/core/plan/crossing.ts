// When a call crosses: it began on what is paid for anyway, and goes on where each call costs money. Pure.
import type { CrossingCode } from "../funding.ts";
import type { Candidate } from "./candidate.ts";
import type { Prepared } from "./prepare.ts";
import type { PlanRequest } from "./walk.ts";

/**
 * Whether the first choice of the call costs nothing more, were everything well: the best profile of the first model
 * that has any, or the one that a person chose for it.
 */
export function beginsFlat(prepared: Prepared, { models, pin }: PlanRequest): boolean {
  for (const ref of models) {
    const list = prepared.candidates.get(ref.provider);
    const chosen = ref === models[0] && pin !== undefined;
    const first = chosen ? list?.find(({ profile }) => profile.id === pin) : list?.[0];
    if (first) return !first.metered;
  }
  return false;
}

/** Whether a call with this candidate moves from a flat class to a metered one. */
export const crosses = (prepared: Prepared, request: PlanRequest, { metered }: Candidate): boolean =>
  metered && beginsFlat(prepared, request);

/** Why metered candidates are left out of this call; nothing when they are not. */
export const closedTo = (prepared: Prepared, request: PlanRequest): CrossingCode | undefined =>
  request.crossing?.closed !== undefined && beginsFlat(prepared, request)
    ? request.crossing.closed
    : undefined;
