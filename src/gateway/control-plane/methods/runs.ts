// Runs and their receipts.
import * as v from "valibot";
import type { Receipt } from "../../../core/receipt.ts";
import { method } from "../method.ts";
import { name } from "../params.ts";

const MOST_RUNS = 500;
const USUAL_RUNS = 50;

export const runMethods = {
  /** Newest first; `before` is the `at` of the last one that was shown. */
  "runs.list": method(
    "operator.read",
    v.strictObject({
      limit: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(MOST_RUNS)), USUAL_RUNS),
      before: v.optional(v.pipe(v.number(), v.integer())),
    }),
    async ({ deps, gateway }, { limit, before }) => {
      await gateway.receipts.flush();
      const runs = await deps.receipts().recent(limit, before);
      return { runs: runs.map(summary), hasMore: runs.length === limit };
    },
  ),

  /** The receipt: what `openclaw models why --json` prints; with `if` the run planned again. */
  "models.why": method(
    "operator.read",
    v.strictObject({ run: v.optional(name, "last"), if: v.optional(v.pipe(v.array(name), v.maxLength(50))) }),
    async ({ deps, gateway }, { run, if: changes = [] }) => {
      await gateway.receipts.flush();
      const { readRun } = await import("../../../access/why.ts");
      const receipt = await readRun(deps, run);
      if (changes.length === 0) return receipt;
      const { whatIf } = await import("../../../core/replay/what-if.ts");
      return whatIf(receipt, changes);
    },
  ),
};

function summary(receipt: Receipt) {
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
