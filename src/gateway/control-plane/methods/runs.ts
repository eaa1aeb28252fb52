// Runs and their receipts.
import * as v from "valibot";
import { method } from "../method.ts";
import { name } from "../params.ts";
import { runSummary } from "../run-summary.ts";

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
      return { runs: runs.map(runSummary), hasMore: runs.length === limit };
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
