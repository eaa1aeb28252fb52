// What was changed, and taking it back. Named after `openclaw models undo`.
import * as v from "valibot";
import type { StepReport } from "../../../access/undo-report.ts";
import { AccessError } from "../../../core/errors.ts";
import type { Call } from "../method.ts";
import { method } from "../method.ts";
import { flag, name, nothing, wholeNumber } from "../params.ts";

const MOST_STEPS = 20;

export const undoMethods = {
  "models.undo.list": method("operator.read", nothing, async ({ deps }) => {
    const [{ readHistory }, { historyReport }] = await Promise.all([
      import("../../../access/undo.ts"),
      import("../../../access/undo-report.ts"),
    ]);
    return historyReport(await readHistory(deps));
  }),

  /** The newest change, the newest `last`, or one by its id; all of it or nothing. */
  "models.undo": method(
    "operator.admin",
    v.strictObject({ change: v.optional(name), last: v.optional(wholeNumber(1, MOST_STEPS)), force: flag }),
    async (call, { change, last, force }) => {
      if (change !== undefined && last !== undefined)
        throw new AccessError("bad_input", "Name a change or say how many with last, not both.");
      const [{ planUndo }, { undo }, { leftAlone, stepReport }] = await Promise.all([
        import("../../../access/undo-plan.ts"),
        import("../../../access/undo-apply.ts"),
        import("../../../access/undo-report.ts"),
      ]);
      const { deps } = call;
      const warnings: string[] = [];
      const plan = await planUndo(deps, { change, last, force, warn: (said) => warnings.push(said) });
      const { undone, change: id, resumed } = await undo(deps, plan);
      const steps = undone.map(stepReport);
      await refresh(call, steps);
      return { undone: steps, change: id, resumed, notes: leftAlone(undone), warnings };
    },
  ),
};

/** From here on calls go by what is there again. */
async function refresh({ gateway }: Call, steps: readonly StepReport[]): Promise<void> {
  const changed = steps.flatMap(({ changes }) => changes);
  const agents = new Set(changed.flatMap((each) => (each.place === "config" ? [] : [each.agentId])));
  await Promise.all([...agents].map((agent) => gateway.agents.refresh(agent)));
}
