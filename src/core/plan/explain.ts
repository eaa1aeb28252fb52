// Why a profile is not in the plan.
import type { IneligibleCode } from "../credential.ts";
import { eligibility } from "../credential.ts";
import type { CrossingCode } from "../funding.ts";
import type { Bar } from "../health.ts";
import { barredBy, endOf } from "../health.ts";
import type { ProfileId } from "../ids.ts";
import type { ModelRef } from "../model-ref.ts";
import type { Candidate } from "./candidate.ts";
import { closedTo } from "./crossing.ts";
import type { Prepared } from "./prepare.ts";
import { isTested } from "./usable.ts";
import type { PlanRequest } from "./walk.ts";

/** `testing`: its bar has ended, and another call is finding out whether it answers again. */
export type LeftOutCode =
  | IneligibleCode
  | "excluded_by_auth_order"
  | "cooldown"
  | "disabled"
  | "testing"
  | "not_pinned"
  | CrossingCode;

/** Why a profile of the asked models is not in the plan. */
export interface LeftOut {
  readonly ref: ModelRef;
  readonly profileId: ProfileId;
  readonly code: LeftOutCode;
  /** present with `cooldown` and `disabled`; `until` is when this request may have it */
  readonly bar?: Bar;
  /** ms since epoch, when the code says that it ends by itself and no bar does */
  readonly until?: number;
}

/** A reason code for every profile that `plan` leaves out. Pure. @param lastResort as for `endOf` in ../health.ts */
export function explain(
  prepared: Prepared,
  request: PlanRequest,
  now: number,
  lastResort = false,
): LeftOut[] {
  const closed = closedTo(prepared, request);
  const barrier = closed && { code: closed, until: request.crossing?.until };
  return request.models.flatMap((ref, index) => {
    const pin = index === 0 ? request.pin : undefined;
    const omitted = (prepared.excluded.get(ref.provider) ?? []).map((profile): LeftOut => ({
      ref,
      profileId: profile.id,
      code: "excluded_by_auth_order",
    }));
    const others = (prepared.candidates.get(ref.provider) ?? []).flatMap((candidate): LeftOut[] => {
      const reason = leftOut(candidate, ref, { pin, barrier, lastResort }, now);
      return reason ? [{ ref, profileId: candidate.profile.id, ...reason }] : [];
    });
    return [...others, ...omitted];
  });
}

interface Barrier {
  readonly code: CrossingCode;
  readonly until: number | undefined;
}

interface Asked {
  readonly pin: ProfileId | undefined;
  readonly barrier: Barrier | undefined;
  readonly lastResort: boolean;
}

function leftOut(candidate: Candidate, ref: ModelRef, { pin, barrier, lastResort }: Asked, now: number) {
  if (pin !== undefined && candidate.profile.id !== pin) return { code: "not_pinned" as const };
  const eligible = eligibility(candidate.profile, now);
  if (eligible !== "ok") return { code: eligible };
  // Before its bar: nothing is won by waiting for that.
  if (barrier && candidate.metered)
    return { code: barrier.code, ...(barrier.until && { until: barrier.until }) };
  const bar = barredBy(candidate.health, ref.model, now, lastResort);
  if (bar) return { code: bar.lane, bar: { ...bar, until: endOf(bar, lastResort) } };
  return isTested(candidate, ref, now, lastResort) ? { code: "testing" as const } : undefined;
}
