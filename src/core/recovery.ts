// When something that is left out now is free again.
import type { LeftOut } from "./plan/explain.ts";

/** ms since epoch of the first bar to end, or the first day whose money is spent. */
export function soonestRecovery(leftOut: readonly LeftOut[]): number | undefined {
  const ends = leftOut.flatMap(({ bar, until = bar?.until }) => (until === undefined ? [] : [until]));
  return ends.length === 0 ? undefined : Math.min(...ends);
}
