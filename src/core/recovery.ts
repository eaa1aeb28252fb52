// When something that is left out now is free again.
import type { ProfileId } from "./ids.ts";
import { formatModelRef } from "./model-ref.ts";
import type { LeftOut } from "./plan/explain.ts";

/** ms since epoch, of one that is left out; absent where time changes nothing, or nobody knows when. */
export const freeAgainAt = ({ bar, until }: LeftOut): number | undefined => bar?.until ?? until;

export interface Recovery {
  /** ms since epoch */
  readonly at: number;
  /** `provider/model` */
  readonly model: string;
  readonly profileId: ProfileId;
}

/** The first that is free again. */
export function firstRecovery(leftOut: readonly LeftOut[]): Recovery | undefined {
  let first: Recovery | undefined;
  for (const entry of leftOut) {
    const at = freeAgainAt(entry);
    if (at === undefined || (first && first.at <= at)) continue;
    first = { at, model: formatModelRef(entry.ref), profileId: entry.profileId };
  }
  return first;
}

/** ms since epoch. */
export const soonestRecovery = (leftOut: readonly LeftOut[]): number | undefined =>
  firstRecovery(leftOut)?.at;
