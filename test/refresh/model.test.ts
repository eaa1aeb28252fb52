// Refreshes, rows written back, undo, kills and clocks that jump, in any order, before a login server that ends the
// login when a spent token comes back: the stored login works, unless an answer was lost on its way to us.
import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { DAY_MS, runSteps, STAGES } from "./model-run.ts";
import type { Step } from "./model-run.ts";
import { newSeed } from "./random.ts";

const agent = fc.constantFrom("main" as const, "work" as const);
const who = fc.nat(2);
const stage = fc.constantFrom(...STAGES);
const back = fc.nat(4);

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant("refresh" as const), who, agent }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("crowd" as const) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("writeBack" as const), agent, back }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("writeBackDuring" as const), agent, stage, back }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("kill" as const), who, agent, stage }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("logout" as const), agent }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("undo" as const), agent }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant("jump" as const),
      who,
      ms: fc.constantFrom(0, DAY_MS, -DAY_MS, 3_500_000, -3_500_000),
    }),
  },
);

/**
 * The first removed login took the newest tokens of a copy along, whose row was an old one. Then, an old row gave way
 * to what was remembered in its place: an old one as well.
 */
const ONCE_BROKEN: [Step[]][] = [
  [
    [
      { do: "refresh", who: 0, agent: "main" },
      { do: "writeBack", agent: "work", back: 1 },
      { do: "logout", agent: "main" },
    ],
  ],
  [
    [
      { do: "refresh", who: 0, agent: "main" },
      { do: "refresh", who: 0, agent: "main" },
      { do: "writeBackDuring", agent: "work", stage: "answered", back: 1 },
      { do: "writeBack", agent: "work", back: 3 },
    ],
  ],
];

test("in any order the stored login works, unless an answer was lost on its way", async (t) => {
  const seed = newSeed() | 0;
  t.diagnostic(`seed ${seed}`);
  const property = fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 14 }), async (steps) => {
    assert.deepEqual(await runSteps(steps), []);
  });
  // On a busy machine it makes do with fewer.
  const few = { numRuns: 30, interruptAfterTimeLimit: 10_000, examples: ONCE_BROKEN };
  const runs = process.env["MODEL_RUNS"];
  await fc.assert(property, { seed, ...(runs === undefined ? few : { numRuns: Number(runs) }) });
});
