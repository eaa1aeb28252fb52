// `models undo`: what is remembered, and what of it can be taken back (issue 3 item 8). Writes nothing.
import { readDocument } from "../config/document.ts";
import type { Deps } from "./deps.ts";
import type { Step, World } from "./undo-judge.ts";
import { reasonsOf, takeBack } from "./undo-judge.ts";
import { readSteps } from "./undo-steps.ts";

/** A step, and what stands in the way of taking it back after the newer ones; nothing when it can be. */
export interface JudgedStep {
  readonly step: Step;
  readonly reasons: readonly string[];
  /** All of it is as it was before. */
  readonly reverted: boolean;
  /** Taken back in part: the undo was cut short, and can be finished. */
  readonly unfinished: boolean;
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
    const reverted = verdicts.every((verdict) => verdict === "before");
    return { step, reasons, reverted, unfinished: isUnfinished(now, step) };
  });
  return { steps: judged, warnings };
}

function isUnfinished(now: World, step: Step): boolean {
  if (!step.pending) return false;
  return takeBack(now, { ...step, ...step.pending }, false).verdicts.includes("left");
}

/** Neither an undo nor taken back. */
export const isOpen = ({ undoes, undoneBy }: Step): boolean => !undoes && undoneBy === undefined;

/** The config and the stores that the steps touch, as they are. */
export async function readWorld(deps: Deps, steps: readonly Step[]): Promise<World> {
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
