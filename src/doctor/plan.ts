// What `doctor --fix` is going to do, worked out on values before anything is written.
import { AccessError } from "../core/errors.ts";
import type { Check } from "./check.ts";
import type { Kept } from "./keep-reach.ts";
import { keepReach } from "./keep-reach.ts";
import { isShadowed, reasonOf, shadowNote } from "./shadowed.ts";
import { missingFrom, plansOf, spoken, usableSet } from "./usable.ts";
import type { World } from "./world.ts";

export interface Step {
  readonly checkId: string;
  readonly repair: string;
}

export interface Plan {
  readonly before: World;
  readonly after: World;
  readonly steps: readonly Step[];
  /** What could be repaired, but not without changing which credentials can be used: one sentence each. */
  readonly refused: readonly { readonly checkId: string; readonly message: string }[];
}

/** Each check repairs what the ones before it left. Pure. */
export function planRepairs(world: World, checks: readonly Check[]): Plan {
  let after = world;
  const steps: Step[] = [];
  const refused: { checkId: string; message: string }[] = [];
  for (const check of checks) {
    const own = stepsOf(check, after);
    if (own.length === 0 || !check.mend) continue;
    // Without the config it is not known whose credentials are whose.
    if (!after.config.usable && !check.withoutConfig) continue;
    const mended = attempt(check, check.mend, after);
    if (typeof mended === "string") refused.push({ checkId: check.id, message: mended });
    else {
      after = mended.world;
      steps.push(...own, ...mended.notes.map((repair) => ({ checkId: check.id, repair })));
    }
  }
  return { before: world, after, steps, refused };
}

const stepsOf = (check: Check, world: World): Step[] =>
  check
    .look(world)
    .flatMap((problem) =>
      problem.repair === undefined ? [] : [{ checkId: check.id, repair: problem.repair }],
    );

/** The world repaired, or why that must not be. */
function attempt(check: Check, mend: NonNullable<Check["mend"]>, world: World): Kept | string {
  try {
    const before = usableSet(plansOf(world));
    const next = keepReach(world, before, mend(world), check.imports ?? false);
    const after = usableSet(plansOf(next.world));
    const lost = missingFrom(before, after);
    const shadowed = check.imports ? lost.filter((each) => isShadowed(world, next.world, after, each)) : [];
    const gone = lost.filter((each) => !shadowed.includes(each));
    if (gone.length > 0)
      return `Left as it is: afterwards ${spoken(gone)} could no longer be used. ${reasonOf(world, next.world, gone)}`;
    const gained = check.imports ? [] : missingFrom(after, before);
    if (gained.length > 0)
      return `Left as it is: afterwards ${spoken(gained)} would be used too. ${reasonOf(world, next.world, gained)}`;
    return { ...next, notes: [...next.notes, ...shadowed.map(shadowNote)] };
  } catch (error) {
    if (error instanceof AccessError) return `Left as it is: ${error.message}`;
    throw error;
  }
}
