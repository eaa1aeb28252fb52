// "What if": a run's decision made again from its receipt, as it was and with changes. Pure.
import type { Crossing } from "../funding.ts";
import type { Health } from "../health.ts";
import { WHOLE_PROFILE } from "../health.ts";
import type { ProfileId } from "../ids.ts";
import { formatModelRef } from "../model-ref.ts";
import type { LeftOut } from "../plan/explain.ts";
import { explain } from "../plan/explain.ts";
import { plan } from "../plan/plan.ts";
import { prepare } from "../plan/prepare.ts";
import type { AttemptRecord, Receipt } from "../receipt.ts";
import { soonestRecovery } from "../recovery.ts";
import type { AuthProfile } from "../credential.ts";
import { NO_TESTS } from "../plan/candidate.ts";
import type { Change } from "./changes.ts";
import { parseChange } from "./changes.ts";
import { notesOf, notesOn } from "./notes.ts";
import type { Decision } from "./replay.ts";
import { decisionOf } from "./replay.ts";

/** One place of a plan, and what the run learnt there. */
export interface PlannedAttempt {
  /** `provider/model` */
  readonly model: string;
  readonly profileId: ProfileId;
  /** of the run itself; absent where it did not come that far */
  readonly happened?: Happened;
}

type Happened = Pick<AttemptRecord, "outcome" | "status" | "kind">;

export interface Planned {
  /** best first; the first is what the run would have begun with */
  readonly attempts: readonly PlannedAttempt[];
  readonly leftOut: readonly LeftOut[];
  /** ms since epoch: where nothing is free, when the first is again */
  readonly freeAt?: number;
}

export interface WhatIf {
  readonly runId: string;
  /** ms since epoch, of the decision */
  readonly at: number;
  readonly if: readonly string[];
  readonly asItWas: Planned;
  readonly asIf: Planned;
  /** what this cannot take into account */
  readonly notes: readonly string[];
}

/**
 * The plan that the receipt's inputs give, as they were and with `changes` made in the order given.
 *
 * @throws AccessError when a change cannot be read, or names what the receipt does not hold
 */
export function whatIf(receipt: Receipt, changes: readonly string[]): WhatIf {
  const parsed = changes.map((text) => parseChange(text, receipt));
  const decision = decisionOf(receipt);
  const asItWas = plannedOf(decision, receipt);
  const asIf = plannedOf(parsed.reduce(changed, decision), receipt);
  const notes = [...notesOf(receipt, asItWas.attempts[0]), ...notesOn(parsed, changes, receipt)];
  return { runId: receipt.runId, at: decision.now, if: changes, asItWas, asIf, notes };
}

function plannedOf({ snapshot, request, now }: Decision, receipt: Receipt): Planned {
  const prepared = prepare(snapshot);
  const attempts = [...plan(prepared, request, now)].map(({ ref, candidate }) => {
    const model = formatModelRef(ref);
    const profileId = candidate.profile.id;
    const record = receipt.attempts.findLast((one) => one.model === model && one.profileId === profileId);
    return { model, profileId, ...(record ? { happened: happenedOf(record) } : {}) };
  });
  const leftOut = explain(prepared, request, now);
  const freeAt = attempts.length === 0 ? soonestRecovery(leftOut) : undefined;
  return { attempts, leftOut, ...(freeAt === undefined ? {} : { freeAt }) };
}

const happenedOf = ({ outcome, status, kind }: AttemptRecord): Happened => ({
  outcome,
  ...(status === undefined ? {} : { status }),
  ...(kind === undefined ? {} : { kind }),
});

function changed(decision: Decision, change: Change): Decision {
  const { snapshot, request, now } = decision;
  switch (change.kind) {
    case "order":
      return withOrder(decision, change.provider, change.ids);
    case "no-order":
      return withOrder(decision, change.provider, undefined);
    case "cooldown":
      return change.ids.reduce((health, id) => withHealth(health, id, cooling(now)), decision);
    case "ready":
      return change.ids.reduce(withReady, decision);
    case "without": {
      const profiles = snapshot.profiles.filter(({ id }) => !change.ids.includes(id));
      return { ...decision, snapshot: { ...snapshot, profiles } };
    }
    case "pin": {
      const { pin: _, ...rest } = request;
      return { ...decision, request: change.id === undefined ? rest : { ...rest, pin: change.id } };
    }
    case "session": {
      const { sticky: _, ...rest } = request;
      return { ...decision, request: change.id === undefined ? rest : { ...rest, sticky: change.id } };
    }
    case "crossing": {
      const { crossing: _, ...rest } = request;
      return { ...decision, request: change.allowed ? rest : { ...rest, crossing: NEVER } };
    }
    case "model":
      return { ...decision, request: { ...request, models: change.models } };
  }
}

function withOrder(decision: Decision, provider: string, ids: readonly ProfileId[] | undefined): Decision {
  const order = new Map(decision.snapshot.order);
  if (ids) order.set(provider, ids);
  else order.delete(provider);
  return { ...decision, snapshot: { ...decision.snapshot, order } };
}

const NEVER: Crossing = { closed: "crossing_never" };

/** As long as the first cooldown of a failure. */
const COOLING_MS = 30_000;

const cooling = (now: number) => (health: Health) => ({
  ...health,
  bars: [
    ...health.bars,
    {
      scope: WHOLE_PROFILE,
      lane: "cooldown",
      reason: "unknown",
      since: now,
      until: now + COOLING_MS,
    } as const,
  ],
});

function withHealth(decision: Decision, id: ProfileId, change: (health: Health) => Health): Decision {
  const health = new Map(decision.snapshot.health);
  health.set(id, change(health.get(id)!));
  return { ...decision, snapshot: { ...decision.snapshot, health } };
}

/** No bar, nobody's test, no fault of the credential. */
function withReady(decision: Decision, id: ProfileId): Decision {
  const free = withHealth(decision, id, (health) => ({ ...health, bars: [] }));
  const load = new Map(free.snapshot.load);
  const now = load.get(id);
  if (now) load.set(id, { ...now, testing: NO_TESTS });
  const profiles = free.snapshot.profiles.map((profile) =>
    profile.id === id ? faultless(profile) : profile,
  );
  return { ...free, snapshot: { ...free.snapshot, profiles, load } };
}

function faultless({ problem: _p, expiresAt: _e, loginNeeded: _l, ...profile }: AuthProfile): AuthProfile {
  return profile;
}
