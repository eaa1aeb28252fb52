// The comparator of DESIGN, "One engine": explicit order, source and place among the environment's keys make
// the rank, which nothing beats; inside a rank the sticky profile, then type, calls in flight, last use, id.
import type { ProfileId } from "../ids.ts";
import type { Candidate } from "./candidate.ts";
import { lastUsed } from "./candidate.ts";

export const compareRank = (a: Candidate, b: Candidate): number =>
  a.place - b.place || a.source - b.source || a.keyIndex - b.keyIndex;

/** The part that `prepare` sorts by; ties that are left go to the lower id. */
export const compareFixed = (a: Candidate, b: Candidate): number =>
  compareRank(a, b) || a.type - b.type || (a.profile.id < b.profile.id ? -1 : 1);

/** Whether `later` beats `first`, which stands before it in the fixed order and has the same rank and type. */
export const overtakes = (later: Candidate, first: Candidate): boolean =>
  later.load.inFlight < first.load.inFlight ||
  (later.load.inFlight === first.load.inFlight && lastUsed(later) < lastUsed(first));

/** The whole comparator; `next` and `prepare` take its rules in parts. */
export const compare = (a: Candidate, b: Candidate, sticky: ProfileId | undefined): number =>
  compareRank(a, b) ||
  Number(b.profile.id === sticky) - Number(a.profile.id === sticky) ||
  a.type - b.type ||
  a.load.inFlight - b.load.inFlight ||
  lastUsed(a) - lastUsed(b) ||
  (a.profile.id < b.profile.id ? -1 : 1);
