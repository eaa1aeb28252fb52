// A run in a line of a list; its receipt has the rest.
import type { Receipt } from "../../core/receipt.ts";

export function runSummary(receipt: Receipt) {
  const { runId, at, agent, protocol, requested, outcome, status, durationMs, attempts, usage } = receipt;
  const last = attempts.at(-1);
  return {
    runId,
    at,
    agentId: agent,
    protocol,
    requested,
    outcome,
    status,
    durationMs,
    attempts: attempts.length,
    ...(last ? { model: last.model, profileId: last.profileId } : {}),
    ...(receipt.clientKey === undefined ? {} : { clientKey: receipt.clientKey }),
    ...(receipt.dollars === undefined ? {} : { dollars: receipt.dollars }),
    ...(usage ? { usage } : {}),
  };
}

/** A loaded gateway ends more than anybody can look at. */
const MOST_TOLD = 50;

/** What has ended just now, newest first. `omitted`: so many more, which `runs.list` has. */
export const runsEnded = (receipts: readonly Receipt[]) => ({
  runs: receipts.slice(-MOST_TOLD).map(runSummary).toReversed(),
  omitted: Math.max(0, receipts.length - MOST_TOLD),
});
