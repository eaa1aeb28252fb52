// What one gateway of the chaos has before it: providers with accounts, each with its fault, agents with fallbacks,
// and the runs that clients make. All from a seed.
import type { ProtocolName } from "../support/protocols.ts";
import { PROTOCOLS } from "../support/protocols.ts";
import type { Random } from "../translation/mutate.ts";
import { pick } from "../translation/mutate.ts";
import type { Fault } from "./faults.ts";
import { FAULTY, HEALTHY, REFUSES } from "./faults.ts";

export interface Account {
  readonly key: string;
  readonly profile: string;
  readonly fault: Fault;
  /** It has its fault for so many calls, then it answers. */
  readonly ailsFor: number;
}

export interface Place {
  readonly provider: string;
  readonly speaks: ProtocolName;
  /** Nobody listens there. */
  readonly refuses: boolean;
  readonly accounts: readonly Account[];
}

/** One model at one place: what a run may fall back to. */
export interface Stop {
  readonly place: Place;
  readonly model: string;
}

export interface RunSpec {
  readonly id: number;
  readonly speaks: ProtocolName;
  readonly stream: boolean;
  /** as the client names it */
  readonly target: string;
  readonly agent: boolean;
  /** The models that may serve it, in order. */
  readonly stops: readonly Stop[];
  /** The client leaves after so many bytes of the answer, or so many ms. */
  readonly leaves?: { readonly afterBytes: number; readonly afterMs: number };
  /** The client's connection is used again for other runs. */
  readonly keepsAlive: boolean;
}

export interface World {
  readonly places: readonly Place[];
  readonly agents: readonly { readonly id: string; readonly stops: readonly Stop[] }[];
  readonly runs: readonly RunSpec[];
  /** `gateway` of access.json, the time limits apart */
  readonly limits: Readonly<Record<string, number>>;
}

const NAMES = Object.keys(PROTOCOLS) as ProtocolName[];
const MODELS = ["m1", "m2"];
const RUNS_OF_GROUP = 3;

const upTo = (most: number, random: Random): number => 1 + Math.floor(random() * most);
const chance = (share: number, random: Random): boolean => random() < share;

export function worldFrom(random: Random, runs: number): World {
  const groups = Array.from({ length: Math.ceil(runs / RUNS_OF_GROUP) }, (_, n) => groupFrom(random, n));
  return {
    places: groups.flatMap(({ places }) => places),
    agents: groups.map(({ agent }) => agent),
    runs: groups.flatMap((group, n) => runsOf(group, n, random)).slice(0, runs),
    limits: {
      maxWaitMs: pick([0, 0, 1500], random),
      commentEveryMs: pick([200, 10_000, 10_000], random),
    },
  };
}

interface Group {
  readonly places: readonly Place[];
  readonly agent: { readonly id: string; readonly stops: readonly Stop[] };
}

function groupFrom(random: Random, n: number): Group {
  const places = Array.from({ length: upTo(3, random) }, (_, i) => placeFrom(random, `p${n}x${i}`));
  const all = places.flatMap((place) => MODELS.map((model) => ({ place, model })));
  const first = pick(all, random);
  const others = all.filter((stop) => stop !== first && chance(0.5, random));
  return { places, agent: { id: `agent-${n}`, stops: [first, ...others] } };
}

/** Few enough healthy accounts that about every other run has none, or needs the last one. */
function placeFrom(random: Random, provider: string): Place {
  const accounts = Array.from({ length: upTo(4, random) }, (_, i): Account => {
    const name = `${provider}:k${i}`;
    const fault = chance(0.3, random) ? pick(HEALTHY, random) : pick(FAULTY, random);
    const heals = chance(0.12, random);
    return {
      key: `sk-fake-${provider}-k${i}`,
      profile: name,
      fault,
      ailsFor: heals ? upTo(2, random) : Infinity,
    };
  });
  return { provider, speaks: pick(NAMES, random), refuses: chance(0.08, random), accounts };
}

function runsOf({ places, agent }: Group, n: number, random: Random): RunSpec[] {
  return Array.from({ length: RUNS_OF_GROUP }, (_, i) => {
    const asAgent = chance(0.6, random);
    const stop = { place: pick(places, random), model: pick(MODELS, random) };
    return {
      id: n * RUNS_OF_GROUP + i,
      speaks: pick(NAMES, random),
      stream: chance(0.6, random),
      target: asAgent ? `openclaw/${agent.id}` : `${stop.place.provider}/${stop.model}`,
      agent: asAgent,
      stops: asAgent ? agent.stops : [stop],
      ...(chance(0.06, random)
        ? { leaves: { afterBytes: upTo(1500, random), afterMs: upTo(1500, random) } }
        : {}),
      keepsAlive: chance(0.5, random),
    };
  });
}

/** What the account does at its `call`th call, from 0. A healthy one that heals stays as it is. */
export const faultAt = ({ fault, ailsFor }: Account, call: number): Fault =>
  call < ailsFor ? fault : HEALTHY[0]!;

/** All that may ever be asked for a run, whoever decides which. */
export const candidatesOf = ({ stops }: RunSpec) =>
  stops.flatMap(({ place, model }) =>
    place.accounts.map((account) => ({
      model: `${place.provider}/${model}`,
      account,
      fault: place.refuses ? REFUSES : account.fault,
    })),
  );
