// The end of a model call: refusal, sticky profile, counts, log, receipt.
import type { RunResult } from "../../access/run.ts";
import { isCrossing } from "../../core/funding.ts";
import { formatModelRef } from "../../core/model-ref.ts";
import type { FailedResult } from "../runs/failed-runs.ts";
import { keepReceipt } from "../runs/receipt-of.ts";
import type { FailedRun, TimedRefusal } from "./refusals.ts";
import { refusalAfter, refusalWithoutAttempt } from "./refusals.ts";
import type { ResponseSink } from "../sinks/response-sink.ts";
import type { Served } from "./served.ts";

export function endCall(
  served: Served,
  result: RunResult,
  sink: Pick<ResponseSink, "refuse" | "status">,
): void {
  const { gateway, session } = served;
  if (result.kind === "answered") {
    if (session !== undefined)
      gateway.sticky.set(session, result.attempt.candidate.profile.id, gateway.now());
  } else if (result.kind !== "aborted") {
    const refusal = refusalOfRun(served, result);
    sink.refuse(refusal);
    gateway.failedRuns.add(served, result, refusal.status, gateway.now());
  }
  served.meter?.settle(result);
  if (result.kind === "exhausted" && result.leftOut.some(({ code }) => isCrossing(code)))
    gateway.crossings.refuse();
  gateway.counts.add(served.plan.models[0]!, result, gateway.now() - served.startedAt);
  gateway.log.debug?.(runWords(served, result));
  keepReceipt(served, result, sink.status, served.crossing?.settle(result));
}

function runWords({ runId, requested, startedAt, gateway }: Served, { kind, attempts }: RunResult): string {
  const calls = attempts
    .map(({ model, profileId, outcome }) => `${model} ${profileId} ${outcome}`)
    .join(", ");
  return `Run ${runId} of ${requested.slice(0, 200)}: ${kind} after ${gateway.now() - startedAt} ms; ${calls}`;
}

function refusalOfRun(served: Served, result: FailedResult): TimedRefusal {
  const now = served.gateway.now();
  const run = failedRun(served, result);
  return result.failure ? refusalAfter(result.failure, run, now) : refusalWithoutAttempt(run, now);
}

const failedRun = ({ runId, plan }: Served, result: FailedResult): FailedRun => ({
  runId,
  models: plan.models.map(formatModelRef),
  attempts: result.attempts,
  leftOut: result.kind === "cut" ? [] : result.leftOut,
});
