// The one choice of the whole program: which profile serves a model, best first. Status, probe, `models why`, the
// chat commands and the gateway all ask here (DESIGN, "One engine").
import type { Candidate } from "./candidate.ts";
import { compare } from "./compare.ts";
import { closedTo } from "./crossing.ts";
import { best } from "./next.ts";
import type { Prepared } from "./prepare.ts";
import { usable } from "./usable.ts";
import type { Attempt, PlanRequest } from "./walk.ts";
import { START } from "./walk.ts";

/**
 * Every attempt a run could make, best first, as if each failed without barring another: what is free, then what may
 * be tested before its bar ends. Lazy: the first of a model costs one scan, the others one sort. Pure.
 */
export function* plan(prepared: Prepared, request: PlanRequest, now: number): Generator<Attempt, void> {
  const closed = closedTo(prepared, request) !== undefined;
  for (const lastResort of [false, true]) {
    for (const [index, ref] of request.models.entries()) {
      const first = best(prepared, request, index, START, now, lastResort);
      if (!first) continue;
      const isRepeated = (candidate: Candidate) => lastResort && usable(candidate, ref, now);
      if (!isRepeated(first)) yield { ref, candidate: first };
      const pin = index === 0 ? request.pin : undefined;
      const others = (prepared.candidates.get(ref.provider) ?? []).filter(
        (candidate) =>
          candidate !== first &&
          (pin === undefined || candidate.profile.id === pin) &&
          !(closed && candidate.metered) &&
          usable(candidate, ref, now, lastResort) &&
          !isRepeated(candidate),
      );
      for (const candidate of others.toSorted((a, b) => compare(a, b, request.sticky, ref.model, now)))
        yield { ref, candidate };
    }
  }
}
