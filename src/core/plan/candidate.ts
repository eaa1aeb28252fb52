// What the choice is made from: an agent's credentials at one moment, and each with all that the comparator reads.
import type { AuthProfile } from "../credential.ts";
import type { Funding } from "../funding.ts";
import type { BarScope, Health } from "../health.ts";
import type { ProfileId, ProviderId } from "../ids.ts";
import type { Foreseen } from "./outlook.ts";

/** What is known of an agent's credentials at one moment. */
export interface Snapshot {
  /** In store order, inherited ones after the agent's own. */
  readonly profiles: readonly AuthProfile[];
  /** Explicit order by provider: exact, what it omits is not tried. */
  readonly order: ReadonlyMap<ProviderId, readonly ProfileId[]>;
  readonly health: ReadonlyMap<ProfileId, Health>;
  /** How calls are paid for, where it is not as the type of the credential says. */
  readonly funding?: ReadonlyMap<ProfileId, Funding>;
  /** Calls in flight now. The engine only reads it; whoever sends calls keeps it current. */
  readonly load?: ReadonlyMap<ProfileId, Load>;
}

export interface Load {
  readonly inFlight: number;
  /** ms since epoch of the last start; 0 when unknown */
  readonly lastStarted: number;
  /** ms since epoch of its first call, or of its first one after a bar: from then on it is ramped; absent or 0: not */
  readonly rampFrom?: number;
  /** What calls in flight put to the test after its bar ended. */
  readonly testing: readonly BarScope[];
}

/** A profile with all that the comparator reads. */
export interface Candidate {
  readonly profile: AuthProfile;
  readonly health: Health;
  readonly load: Load;
  readonly funding: Funding;
  /** Every call costs money. */
  readonly metered: boolean;
  /** Among the provider's candidates, by what nothing beats; equal for equals. */
  readonly rank: number;
  /** What its usage windows foretell. */
  readonly outlook: readonly Foreseen[];
  /** Place in the explicit order, if there is one. */
  readonly place: number;
  /** Stored profiles before environment keys before the config key. */
  readonly source: number;
  /** OAuth before token before API key. */
  readonly type: number;
  /** Position among the provider's keys of the environment; 0 for others. */
  readonly keyIndex: number;
  /** ms since epoch of the last success, 0 when there was none */
  readonly lastSuccess: number;
  /** Nothing bars it and nothing expires: most are, and the scan need not look closer. */
  readonly steady: boolean;
}

export const NO_TESTS: readonly BarScope[] = [];

/** ms since epoch, 0 when never: the last success or start, whichever is later. */
export const lastUsed = (candidate: Candidate): number =>
  Math.max(candidate.lastSuccess, candidate.load.lastStarted);

/** Environment keys of a provider count as one candidate; only rate limits move inside it. */
export const isEnvironmentKey = (candidate: Candidate): boolean => candidate.profile.source === "env";

export const sameCredential = (a: AuthProfile, b: AuthProfile): boolean =>
  a.id === b.id && a.generation === b.generation;
