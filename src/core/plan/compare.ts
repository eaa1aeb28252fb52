// The comparator of DESIGN, "One engine". Explicit order, funding, source and place among the environment's keys make
// the rank, which nothing beats; inside a rank the sticky profile, whether it will refuse, type, the next reset, calls
// in flight, last use, id. What may not be used at all is no matter of order: see usable.ts.
import type { ProfileId } from "../ids.ts";
import type { Candidate } from "./candidate.ts";
import { lastUsed } from "./candidate.ts";
import { soonestReset, willRefuse } from "./outlook.ts";
import { isRampedOut } from "./ramp.ts";

/** An explicit order is exact; where there is none, what is paid for anyway goes before what costs money. */
export const compareRank = (a: Candidate, b: Candidate): number =>
  a.place - b.place ||
  Number(a.metered) - Number(b.metered) ||
  a.source - b.source ||
  a.keyIndex - b.keyIndex;

/** The part that `prepare` sorts by; ties that are left go to the lower id. */
export const compareFixed = (a: Candidate, b: Candidate): number =>
  compareRank(a, b) || a.type - b.type || (a.profile.id < b.profile.id ? -1 : 1);

/** Predicted to refuse: its plan is nearly used up, or more calls at once would be too sudden. */
export const isRisky = ({ outlook, load }: Candidate, model: string, now: number): boolean =>
  (outlook.length > 0 && willRefuse(outlook, model, now)) || isRampedOut(load, now);

/** Below the sticky profile: what moves from call to call. Zero when only the id is left. */
export function compareMoving(a: Candidate, b: Candidate, model: string, now: number): number {
  return (
    Number(isRisky(a, model, now)) - Number(isRisky(b, model, now)) ||
    a.type - b.type ||
    compareResets(a, b, model, now) ||
    a.load.inFlight - b.load.inFlight ||
    lastUsed(a) - lastUsed(b)
  );
}

/** Nothing is foreseen of it: most are, and the scan need not look closer. */
const isCalm = ({ outlook, load }: Candidate, now: number): boolean =>
  outlook.length === 0 && !isRampedOut(load, now);

/** The same as `compareMoving(later, first) < 0`, of two with the same rank: each call asks it of each candidate. */
export function overtakes(later: Candidate, first: Candidate, model: string, now: number): boolean {
  if (later.type !== first.type || !isCalm(later, now) || !isCalm(first, now))
    return compareMoving(later, first, model, now) < 0;
  return (
    later.load.inFlight < first.load.inFlight ||
    (later.load.inFlight === first.load.inFlight && lastUsed(later) < lastUsed(first))
  );
}

/** What is lost soonest is used first. */
function compareResets(a: Candidate, b: Candidate, model: string, now: number): number {
  if (a.outlook.length === 0 && b.outlook.length === 0) return 0;
  const [first, second] = [soonestReset(a.outlook, model, now), soonestReset(b.outlook, model, now)];
  return first === second ? 0 : first - second;
}

/** The whole comparator; `next` and `prepare` take its rules in parts. */
export const compare = (
  a: Candidate,
  b: Candidate,
  sticky: ProfileId | undefined,
  model: string,
  now: number,
): number =>
  compareRank(a, b) ||
  Number(b.profile.id === sticky) - Number(a.profile.id === sticky) ||
  compareMoving(a, b, model, now) ||
  (a.profile.id < b.profile.id ? -1 : 1);
