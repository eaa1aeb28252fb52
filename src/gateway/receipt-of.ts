// The receipt of a run: what was asked, what the decision saw, what was tried, how it ended.
import type { RunResult } from "../access/run.ts";
import { formatModelRef } from "../core/model-ref.ts";
import type { Candidate } from "../core/plan.ts";
import { explain } from "../core/plan.ts";
import type { CandidateRecord, Receipt } from "../core/receipt.ts";
import type { Served } from "./model-call.ts";

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
  const candidates = [...new Set(plan.models.map((ref) => ref.provider))]
    .flatMap((provider) => seen.candidates.get(provider) ?? [])
    .slice(0, MOST_CANDIDATES);
  return {
    runId: served.runId,
    at: startedAt,
    agent: served.live.id,
    protocol: served.wire.api,
    requested: served.requested.slice(0, 200),
    models: plan.models.map(formatModelRef),
    ...(plan.sticky === undefined ? {} : { sticky: plan.sticky }),
    outcome: OUTCOME[result.kind],
    status,
    durationMs: endedAt - startedAt,
    ...(result.waitedMs > 0 ? { waitedMs: result.waitedMs } : {}),
    attempts: result.attempts,
    candidates: candidates.map(candidateRecord),
    leftOut: explain(seen, plan, startedAt).slice(0, MOST_CANDIDATES),
    ...(usage ? { usage } : {}),
  };
}

const OUTCOME = { answered: "ok", aborted: "aborted", cut: "cut", exhausted: "failed" } as const;

function candidateRecord({ profile, health, load, place }: Candidate): CandidateRecord {
  return {
    profileId: profile.id,
    provider: profile.provider,
    type: profile.type,
    source: profile.source,
    bars: health.bars,
    ...(health.lastUsed === undefined ? {} : { lastUsed: health.lastUsed }),
    ...(load.inFlight === 0 ? {} : { inFlight: load.inFlight }),
    ...(place === 0 ? {} : { place }),
  };
}
