// Over generated homes: after an apply the audit is clean, every credential is what it was, and no secret stands in the
// state dir any more; a second run finds nothing to do. APPLY_HOMES sets how many; 50 were wanted, npm test takes 6.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { applyPlan } from "../../src/access/secrets-apply/apply.ts";
import { auditSecrets } from "../../src/access/secrets-audit.ts";
import { readPlan } from "../../src/cli/secrets-plan.ts";
import { assertUsable } from "./usable.ts";
import { depsOf, filesWith, generateHome, removeHome } from "./generated-home.ts";

const HOMES = Number(process.env["APPLY_HOMES"] ?? 6);
const YES = { allowExec: true, replace: false, dryRun: false };

describe("secrets apply over generated homes", { concurrency: 2 }, () => {
  for (let seed = 1; seed <= HOMES; seed++)
    test(`home ${seed}`, async () => {
      const home = await generateHome(seed);
      const plan = readPlan(home.planFile);
      const run = async (options = YES) => {
        const deps = depsOf(home);
        try {
          return await applyPlan(deps, plan, options);
        } finally {
          await deps.close();
        }
      };
      try {
        await assertUsable(home, "before");
        const tried = await run({ ...YES, dryRun: true });
        assert.deepEqual([tried.ok, tried.problems, tried.differing], [true, [], []]);
        const report = await run();
        assert.deepEqual([report.remains, report.notScrubbed, report.ok], [[], [], true]);
        await assertUsable(home, "after");
        assert.deepEqual(filesWith(home, home.secrets), []);
        const deps = depsOf(home);
        const audit = await auditSecrets(deps, { allowExec: true });
        await deps.close();
        assert.deepEqual([audit.status, audit.findings], ["clean", []]);
        const again = await run();
        assert.deepEqual([again.changedFiles, again.ok, again.resumed], [[], true, false]);
      } finally {
        removeHome(home);
      }
    });
});
