// The receipt of a run: what was asked, what the decision saw, what was tried, how it ended.
import type { RunResult } from "../access/run.ts";
import { formatModelRef } from "../core/model-ref.ts";
import type { Candidate } from "../core/plan/candidate.ts";
import type { LeftOut } from "../core/plan/explain.ts";
import type { Prepared } from "../core/plan/prepare.ts";
import type { PlanRequest } from "../core/plan/walk.ts";
import { lastUsed } from "../core/plan/candidate.ts";
import { explain } from "../core/plan/explain.ts";
import type { CandidateRecord, LoadRecord, Receipt } from "../core/receipt.ts";
import { scopeCovers } from "../core/usage-window.ts";
import type { Caller } from "./caller.ts";
import type { Served } from "./served.ts";

const MOST_CANDIDATES = 64;

/** Runs that succeed at once are the rule: their receipts are built when they are written, if at all. */
export function keepReceipt(served: Served, result: RunResult, status: number): void {
  const { gateway } = served;
  const endedAt = gateway.now();
  const make = () => receiptOf(served, result, status, endedAt);
  if (result.kind === "answered" && result.attempts.length === 1) gateway.receipts.addSuccess(make);
  else gateway.receipts.add(make());
}

function receiptOf(served: Served, result: RunResult, status: number, endedAt: number): Receipt {
  const { plan, startedAt, seen } = served;
  const usage = result.kind === "answered" ? result.usage : undefined;
  const inputs = inputsOf(seen, plan, startedAt);
  return {
    runId: served.runId,
    at: startedAt,
    agent: served.live.id,
    protocol: served.wire.api,
    requested: served.requested.slice(0, 200),
    models: plan.models.map(formatModelRef),
    ...callerRecord(served.caller),
    ...(plan.sticky === undefined ? {} : { sticky: plan.sticky }),
    outcome: OUTCOME[result.kind],
    status,
    durationMs: endedAt - startedAt,
    ...(result.waitedMs > 0 ? { waitedMs: result.waitedMs } : {}),
    attempts: result.attempts,
    ...inputs,
    leftOut: [...inputs.leftOut, ...leftToTests(served)],
    ...(served.load ? { load: served.load } : {}),
    ...(usage ? { usage } : {}),
  };
}

/** By name; a key itself is nowhere. */
function callerRecord(caller: Caller): Pick<Receipt, "clientKey" | "user"> {
  if (caller.kind === "operator") return {};
  return caller.kind === "key" ? { clientKey: caller.live.key.name } : { user: caller.user.slice(0, 200) };
}

type Inputs = Pick<Receipt, "candidates" | "leftOut">;

/** Runs that saw the same share one record of it: under load most do. */
const INPUTS = new WeakMap<Prepared, Map<string, { readonly inputs: Inputs; readonly at: number }>>();
const SHARED_FOR_MS = 1000;
/** Clients may name any model. */
const MOST_SHARED = 100;

function inputsOf(seen: Prepared, plan: PlanRequest, at: number): Inputs {
  const known = INPUTS.get(seen) ?? new Map<string, { inputs: Inputs; at: number }>();
  if (known.size >= MOST_SHARED) known.clear();
  INPUTS.set(seen, known);
  const key = plan.models.map(formatModelRef).join(" ");
  const shared = known.get(key);
  if (shared && Math.abs(at - shared.at) < SHARED_FOR_MS) return shared.inputs;
  const inputs = {
    candidates: candidatesOf(seen, plan).map((candidate) => candidateRecord(candidate, plan)),
    // Who was under test when the decision was made, its load says.
    leftOut: explain(seen, plan, at)
      .filter(({ code }) => code !== "testing")
      .slice(0, MOST_CANDIDATES),
  };
  known.set(key, { inputs, at });
  return inputs;
}

const leftToTests = ({ seen, plan, load }: Served): LeftOut[] =>
  (load?.testing ?? []).flatMap((profileId) =>
    plan.models
      .filter(({ provider }) =>
        seen.candidates.get(provider)?.some((candidate) => candidate.profile.id === profileId),
      )
      .map((ref) => ({ ref, profileId, code: "testing" })),
  );

const OUTCOME = { answered: "ok", aborted: "aborted", cut: "cut", exhausted: "failed" } as const;

/** What moves from call to call; it is taken at the decision, since it is another a moment later. */
export function loadOf(seen: Prepared, plan: PlanRequest): LoadRecord {
  const candidates = candidatesOf(seen, plan);
  const load = { lastUsed: candidates.map(lastUsed), inFlight: candidates.map((one) => one.load.inFlight) };
  const testing = candidates.filter(isUnderTest).map(({ profile }) => profile.id);
  return testing.length === 0 ? load : { ...load, testing };
}

const isUnderTest = ({ load, steady }: Candidate): boolean => load.testing.length > 0 && !steady;

function candidatesOf(seen: Prepared, plan: PlanRequest): Candidate[] {
  const providers = new Set(plan.models.map((ref) => ref.provider));
  return [...providers].flatMap((provider) => seen.candidates.get(provider) ?? []).slice(0, MOST_CANDIDATES);
}

function candidateRecord({ profile, health, place }: Candidate, plan: PlanRequest): CandidateRecord {
  return {
    profileId: profile.id,
    provider: profile.provider,
    type: profile.type,
    source: profile.source,
    bars: health.bars.filter(({ scope }) => plan.models.some(({ model }) => scopeCovers(scope, model))),
    ...(place === 0 ? {} : { place }),
  };
}
