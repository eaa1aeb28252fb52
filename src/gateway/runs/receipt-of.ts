// The receipt of a run: what was asked, what the decision saw, what was tried, how it ended.
import type { RunResult } from "../../access/run.ts";
import type { ProfileId } from "../../core/ids.ts";
import type { Crossing } from "../../core/funding.ts";
import { formatModelRef } from "../../core/model-ref.ts";
import type { LeftOut } from "../../core/plan/explain.ts";
import { explain } from "../../core/plan/explain.ts";
import type { Prepared } from "../../core/plan/prepare.ts";
import type { PlanRequest } from "../../core/plan/walk.ts";
import { firstRecovery } from "../../core/recovery.ts";
import type { Receipt } from "../../core/receipt.ts";
import {
  candidateRecord,
  countLeftOver,
  keptCandidates,
  MOST_CANDIDATES,
  omittedRecords,
} from "../../core/replay/record.ts";
import type { Caller } from "../guard/caller.ts";
import type { CrossingRecord } from "../calls/crossing-meter.ts";
import { noteNoChoice } from "../calls/choice.ts";
import type { Served } from "../calls/served.ts";

/** Runs that succeed at once are the rule: their receipts are built when they are written, if at all. */
export function keepReceipt(
  served: Served,
  result: RunResult,
  status: number,
  crossing: CrossingRecord | undefined,
): void {
  const { gateway } = served;
  const endedAt = gateway.now();
  if (!served.chosen) noteNoChoice(served);
  const make = () => ({ ...receiptOf(served, result, status, endedAt), ...crossing });
  if (result.kind === "answered" && result.attempts.length === 1) gateway.receipts.addSuccess(make);
  else gateway.receipts.add(make());
}

function receiptOf(served: Served, result: RunResult, status: number, endedAt: number): Receipt {
  const { plan, startedAt, load, decidedMs } = served;
  const usage = result.kind === "answered" ? result.usage : undefined;
  return {
    runId: served.runId,
    at: startedAt,
    agent: served.live.id,
    protocol: served.wire.api,
    requested: served.requested.slice(0, 200),
    models: plan.models.map(formatModelRef),
    ...callerRecord(served.caller),
    ...(plan.sticky === undefined ? {} : { sticky: plan.sticky }),
    ...(plan.pin === undefined ? {} : { pin: plan.pin }),
    ...(served.crossingClosed ? { crossingClosed: served.crossingClosed } : {}),
    outcome: OUTCOME[result.kind],
    status,
    durationMs: endedAt - startedAt,
    ...(result.waitedMs > 0 ? { waitedMs: result.waitedMs } : {}),
    attempts: result.attempts,
    ...(decidedMs === undefined || decidedMs === result.attempts[0]?.startedMs ? {} : { decidedMs }),
    ...inputsOf(served, result.attempts[0]?.profileId),
    ...recoveryRecord(result),
    leftOut: [...leftOutOf(served), ...leftToTests(served)],
    ...(load ? { load } : {}),
    ...(usage ? { usage } : {}),
  };
}

function recoveryRecord(result: RunResult): Pick<Receipt, "recovery"> {
  const recovery = result.kind === "exhausted" ? firstRecovery(result.leftOut) : undefined;
  return recovery ? { recovery } : {};
}

/** By name; a key itself is nowhere. */
function callerRecord(caller: Caller): Pick<Receipt, "clientKey" | "user"> {
  if (caller.kind === "key") return { clientKey: caller.live.key.name };
  return caller.kind === "operator" || caller.user === "" ? {} : { user: caller.user.slice(0, 200) };
}

type Inputs = Pick<Receipt, "candidates" | "more" | "omitted">;

/** Runs that saw the same share one record of it: under load most do. */
const INPUTS = new WeakMap<Prepared, Map<string, Inputs>>();
const LEFT_OUT = new WeakMap<Prepared, Map<string, { readonly leftOut: LeftOut[]; readonly at: number }>>();
const SHARED_FOR_MS = 1000;
/** Clients may name any model. */
const MOST_SHARED = 100;

function inputsOf({ seen, plan, from }: Served, picked: ProfileId | undefined): Inputs {
  const kept = keptCandidates(seen, plan, picked);
  const more = countLeftOver(seen, plan, kept.length);
  const known = sharedOf(INPUTS, seen);
  // Of very many, those that are kept depend on who was picked.
  const key = more > 0 ? `${modelsOf(plan)} ${picked}` : modelsOf(plan);
  const shared = known.get(key);
  if (shared) return shared;
  const omitted = omittedRecords(seen, from, plan, MOST_CANDIDATES - kept.length);
  const inputs = {
    candidates: kept.map((candidate) => candidateRecord(candidate, plan)),
    ...(more === 0 ? {} : { more }),
    ...(omitted.length === 0 ? {} : { omitted }),
  };
  known.set(key, inputs);
  return inputs;
}

const OPEN: Crossing = {};

/** Why the run did not begin elsewhere; it may have waited for that. */
function leftOutOf(served: Served): readonly LeftOut[] {
  const { begun, plan, startedAt } = served;
  const known = sharedOf(LEFT_OUT, begun);
  // As it was then: what calls cost closes and opens it from one moment to the next.
  const crossing = served.crossingClosed ?? OPEN;
  const key = `${modelsOf(plan)} ${crossing.closed}`;
  const shared = known.get(key);
  if (shared && Math.abs(startedAt - shared.at) < SHARED_FOR_MS) return shared.leftOut;
  // Who was under test then is noted apart.
  const leftOut = explain(begun, { ...plan, crossing }, startedAt)
    .filter(({ code }) => code !== "testing")
    .slice(0, MOST_CANDIDATES);
  known.set(key, { leftOut, at: startedAt });
  return leftOut;
}

function sharedOf<T>(all: WeakMap<Prepared, Map<string, T>>, prepared: Prepared): Map<string, T> {
  const known = all.get(prepared) ?? new Map<string, T>();
  if (known.size >= MOST_SHARED) known.clear();
  all.set(prepared, known);
  return known;
}

const modelsOf = (plan: PlanRequest): string => plan.models.map(formatModelRef).join(" ");

const leftToTests = ({ begun, plan, tested }: Served): LeftOut[] =>
  tested.flatMap((profileId) =>
    plan.models
      .filter(({ provider }) =>
        begun.candidates.get(provider)?.some((candidate) => candidate.profile.id === profileId),
      )
      .map((ref) => ({ ref, profileId, code: "testing" })),
  );

const OUTCOME = { answered: "ok", aborted: "aborted", cut: "cut", exhausted: "failed" } as const;
