// Runs and their receipts.
import * as v from "valibot";
import { method } from "../method.ts";
import { agentId, name, nothing, wholeNumber } from "../params.ts";
import { runSummary } from "../run-summary.ts";

const MOST_RUNS = 500;
const USUAL_RUNS = 50;
const MOST_ENDED = 100;

export const runMethods = {
  /** Newest first; `cursor` is `next` of the page before. */
  "runs.list": method(
    "operator.read",
    v.strictObject({
      limit: v.optional(wholeNumber(1, MOST_RUNS), USUAL_RUNS),
      cursor: v.optional(wholeNumber(0, Number.MAX_SAFE_INTEGER)),
      before: v.optional(wholeNumber(0, Number.MAX_SAFE_INTEGER)),
      agentId,
      model: v.optional(name),
      provider: v.optional(name),
      profileId: v.optional(name),
      clientKey: v.optional(name),
      protocol: v.optional(name),
      outcome: v.optional(v.picklist(["ok", "failed", "aborted", "cut"])),
    }),
    async ({ deps, gateway }, { limit, cursor, before, ...where }) => {
      await gateway.receipts.flush();
      const { receipts, next } = await deps.receipts().page({ limit, cursor, before, where });
      return { runs: receipts.map(runSummary), hasMore: next !== undefined, next: next ?? null };
    },
  ),

  /** What is under way, the newest first. */
  "runs.active": method("operator.read", nothing, async ({ gateway }) => ({
    runs: await gateway.runs.rows(),
  })),

  /** Ends calls of any door; their clients are told in their own protocol. */
  "runs.abort": method(
    "operator.write",
    v.strictObject({ runIds: v.pipe(v.array(name), v.minLength(1), v.maxLength(MOST_ENDED)) }),
    async ({ gateway }, asked) => {
      const runIds = await gateway.runs.abort(asked.runIds, "rpc");
      return { ok: true, aborted: runIds.length > 0, runIds };
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
