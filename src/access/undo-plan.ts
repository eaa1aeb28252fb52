// Which steps an undo takes back. Writes nothing.
import { AccessError } from "../core/errors.ts";
import type { ChangeId } from "../core/history.ts";
import type { Deps } from "./deps.ts";
import type { Step } from "./undo-judge.ts";
import { reasonsOf, refuseBlocked, takeBack } from "./undo-judge.ts";
import type { JudgedStep } from "./undo.ts";
import { isOpen, readHistory, readWorld } from "./undo.ts";

export interface UndoRequest {
  /** one change, also an undo: then what it took back comes again */
  readonly change?: ChangeId | undefined;
  /** the newest changes, this many; one when neither is given */
  readonly last?: number | undefined;
  /** overwrite what somebody changed in the config since */
  readonly force?: boolean;
  /** told what could not be read */
  readonly warn?: (warning: string) => void;
}

export interface UndoPlan {
  /** newest first */
  readonly steps: readonly Step[];
  readonly force: boolean;
  /** The undo that was cut short, and is finished with this: `steps` are what it left. */
  readonly resumes?: Pick<Step, "change" | "undoes">;
}

/**
 * What will be taken back, all of it or nothing. An undo that was cut short comes first.
 *
 * @throws AccessError `bad_input` when there is no such change, or one that cannot be taken back
 */
export async function planUndo(
  deps: Deps,
  { change, last = 1, force = false, warn }: UndoRequest,
): Promise<UndoPlan> {
  const { steps, warnings } = await readHistory(deps);
  for (const warning of warnings) warn?.(warning);
  const found = change === undefined ? undefined : named(steps, change);
  const unfinished = found ?? steps.find((each) => each.unfinished && !each.step.undoes);
  const plan = unfinished?.unfinished
    ? finishing(steps, unfinished.step)
    : { steps: found ? [found.step] : newest(steps, last) };
  let world = await readWorld(deps, plan.steps);
  for (const step of plan.steps) {
    const judged = takeBack(world, step, force);
    const next = change === undefined && last === 1 ? nextBest(steps, step) : undefined;
    if (next && reasonsOf(judged.verdicts).length > 0) refuseBlocked(step, judged.verdicts, next);
    refuseBlocked(step, judged.verdicts);
    world = judged.world;
  }
  return { ...plan, force };
}

/** All that the undo which began with `step` left as it was. */
function finishing(steps: readonly JudgedStep[], { undoneBy }: Step): Omit<UndoPlan, "force"> {
  const began = steps.find(({ step }) => step.change === undoneBy)!.step;
  const left = steps.filter(({ step }) => step.undoneBy === undoneBy).map(({ step }) => step);
  return {
    steps: left.flatMap((step) => (step.pending ? [{ ...step, ...step.pending }] : [])),
    resumes: began,
  };
}

/** The newest step that can be taken back although `blocked` stays. */
function nextBest(steps: readonly JudgedStep[], blocked: Step): Step | undefined {
  const can = ({ step, reasons, reverted }: JudgedStep) =>
    isOpen(step) && !reverted && reasons.length === 0 && step.change !== blocked.change;
  return steps.find(can)?.step;
}

function newest(steps: readonly JudgedStep[], last: number): Step[] {
  const open = steps.filter(({ step, reverted }) => isOpen(step) && !reverted).map(({ step }) => step);
  if (open.length === 0) throw new AccessError("bad_input", "There is no change to take back.");
  if (open.length >= last) return open.slice(0, last);
  const known = open.length === 1 ? "one change" : `${open.length} changes`;
  throw new AccessError("bad_input", `Only ${known} can be taken back. See: openclaw models undo --list`);
}

function named(steps: readonly JudgedStep[], change: ChangeId): JudgedStep {
  const found = steps.find(({ step }) => step.change === change.trim().toLowerCase());
  if (!found)
    throw new AccessError("bad_input", `There is no change "${change}". See: openclaw models undo --list`);
  if (found.unfinished || (found.step.undoneBy === undefined && !found.reverted)) return found;
  throw takenBefore(found.step, found.step.undoneBy);
}

export function takenBefore({ change, because }: Step, by: ChangeId | undefined): AccessError {
  const how = by === undefined ? "" : ` by ${by}; to redo: openclaw models undo ${by}`;
  return new AccessError("bad_input", `${change} (${because}) was taken back already${how}.`);
}
