// A sample of the chaos. At full size: npm run soak:chaos
import assert from "node:assert/strict";
import { test } from "node:test";
import { newSeed } from "../refresh/random.ts";
import { runBatch } from "./batch.ts";

test("150 runs over faulty upstreams: whoever has a healthy candidate is answered, and told one tale", async (t) => {
  const seed = Number(process.env["SEED"] ?? newSeed());
  t.diagnostic(`seed ${seed}; SEED=${seed} shows it again`);
  const { runs, leaks } = await runBatch({ seed, runs: 150, atOnce: 150, patienceMs: 1000 });
  const wrong = runs.flatMap(({ run, verdict, faults }) =>
    verdict.wrong.map(
      (what) => `run ${run.id} of ${run.target} by ${run.speaks}: ${what}; ${faults.join(", ")}`,
    ),
  );
  assert.deepEqual([...wrong, ...leaks], []);
  const ends = new Set(runs.map(({ verdict }) => verdict.told.kind));
  assert.ok(ends.has("answered") && ends.has("cut") && ends.has("refused"));
});
