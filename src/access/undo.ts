// `models undo`: what is remembered, and what of it can be taken back (issue 3 item 8). Writes nothing but a purge.
import { readDocument } from "../config/document.ts";
import { AccessError } from "../core/errors.ts";
import type { ChangeId } from "../core/history.ts";
import type { AgentId, ProfileId } from "../core/ids.ts";
import type { Deps } from "./deps.ts";
import type { Step, World } from "./undo-judge.ts";
import { reasonsOf, refuseBlocked, takeBack } from "./undo-judge.ts";
import { readSteps } from "./undo-steps.ts";

/**
 * Takes former material of profiles out of the agent's history: what is logged out must not come back, and
 * must not lie around. A removal that names the ids in its own `Change.purge` does it in one transaction.
 *
 * @returns whether there was any
 * @throws AccessError `store_unreadable`, `store_unwritable`
 */
export function purgeFromHistory(
  deps: Pick<Deps, "store">,
  agent: AgentId,
  ids: readonly ProfileId[],
): Promise<boolean> {
  return deps.store().update(agent, { profiles: ids }, () => ({ purge: ids }));
}

/** A step, and what stands in the way of taking it back after the newer ones; nothing when it can be. */
export interface JudgedStep {
  readonly step: Step;
  readonly reasons: readonly string[];
  /** All of it is as it was before. */
  readonly reverted: boolean;
}

export interface History {
  /** newest first */
  readonly steps: readonly JudgedStep[];
  readonly warnings: readonly string[];
}

/** Everything that is remembered. Writes nothing. @throws AccessError `config_invalid` */
export async function readHistory(deps: Deps): Promise<History> {
  const { steps, warnings } = await readSteps(deps);
  const now = await readWorld(deps, steps);
  let earlier = now;
  const judged = steps.map((step) => {
    const { world, verdicts } = takeBack(isOpen(step) ? earlier : now, step, false);
    const reasons = reasonsOf(verdicts);
    if (reasons.length === 0 && isOpen(step)) earlier = world;
    return { step, reasons, reverted: verdicts.every((verdict) => verdict === "before") };
  });
  return { steps: judged, warnings };
}

/** Neither an undo nor taken back. */
export const isOpen = ({ undoes, undoneBy }: Step): boolean => !undoes && undoneBy === undefined;

export interface UndoRequest {
  /** one change, also an undo: then what it took back comes again */
  readonly change?: ChangeId | undefined;
  /** the newest changes, this many; one when neither is given */
  readonly last?: number | undefined;
  /** overwrite what somebody changed in the config since */
  readonly force?: boolean;
}

export interface UndoPlan {
  /** newest first */
  readonly steps: readonly Step[];
  readonly force: boolean;
}

/**
 * What will be taken back, all of it or nothing. Writes nothing.
 *
 * @throws AccessError `bad_input` when there is no such change, or one that cannot be taken back
 */
export async function planUndo(
  deps: Deps,
  { change, last = 1, force = false }: UndoRequest,
): Promise<UndoPlan> {
  const { steps } = await readHistory(deps);
  const chosen = change === undefined ? newest(steps, last) : [named(steps, change)];
  let world = await readWorld(deps, chosen);
  for (const step of chosen) {
    const judged = takeBack(world, step, force);
    refuseBlocked(step, judged.verdicts);
    world = judged.world;
  }
  return { steps: chosen, force };
}

function newest(steps: readonly JudgedStep[], last: number): Step[] {
  const open = steps.filter(({ step, reverted }) => isOpen(step) && !reverted).map(({ step }) => step);
  if (open.length === 0) throw new AccessError("bad_input", "There is no change to take back.");
  if (open.length >= last) return open.slice(0, last);
  const known = open.length === 1 ? "one change" : `${open.length} changes`;
  throw new AccessError("bad_input", `Only ${known} can be taken back. See: openclaw models undo --list`);
}

function named(steps: readonly JudgedStep[], change: ChangeId): Step {
  const found = steps.find(({ step }) => step.change === change.trim().toLowerCase());
  if (!found)
    throw new AccessError("bad_input", `There is no change "${change}". See: openclaw models undo --list`);
  const { step, reverted } = found;
  if (step.undoneBy === undefined && !reverted) return step;
  const how =
    step.undoneBy === undefined ? "" : ` by ${step.undoneBy}; to redo: openclaw models undo ${step.undoneBy}`;
  throw new AccessError("bad_input", `${step.change} (${step.because}) was taken back already${how}.`);
}

/** The config and the stores that the steps touch, as they are. */
async function readWorld(deps: Deps, steps: readonly Step[]): Promise<World> {
  const agents = new Set(steps.flatMap((step) => [...step.stores.keys()]));
  const stores = await Promise.all(
    [...agents].map(async (agent) => {
      const { state } = await deps.store().read(agent);
      const profiles = new Map(state.profiles.map((profile) => [profile.id, profile]));
      return [agent, { profiles, order: state.order }] as const;
    }),
  );
  return { document: readDocument(deps.paths().configPath), stores: new Map(stores) };
}
