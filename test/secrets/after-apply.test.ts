// What `secrets apply` moved away is nowhere any more by the word of `secrets prove` too, and a copy that it did not
// know of is found.
import assert from "node:assert/strict";
import { copyFileSync } from "node:fs";
import { test } from "node:test";
import { proveSecrets } from "../../src/access/prove/prove.ts";
import { applyPlan } from "../../src/access/secrets-apply/apply.ts";
import { readPlan } from "../../src/cli/secrets-plan.ts";
import type { GeneratedHome } from "../secrets-apply/generated-home.ts";
import { depsOf, generateHome, removeHome } from "../secrets-apply/generated-home.ts";
import { linesOf } from "./inside.ts";

async function inside<T>(
  home: GeneratedHome,
  work: (deps: ReturnType<typeof depsOf>) => Promise<T>,
): Promise<T> {
  const deps = depsOf(home);
  try {
    return await work(deps);
  } finally {
    await deps.close();
  }
}

const prove = (home: GeneratedHome) => inside(home, (deps) => proveSecrets(deps, { allowExec: true }));

for (const seed of [1, 2, 3])
  test(`home ${seed}, before and after its secrets were moved into references`, async (t) => {
    const home = await generateHome(seed);
    t.after(() => removeHome(home));
    assert.deepEqual(linesOf(await prove(home)), []);
    const { configPath } = depsOf(home).paths();
    const copy = `${configPath}.of-old`;
    copyFileSync(configPath, copy);
    await inside(home, (deps) =>
      applyPlan(deps, readPlan(home.planFile), { allowExec: true, replace: false, dryRun: false }),
    );
    const report = await prove(home);
    assert.ok(report.leaks.length > 0);
    const files = report.leaks.map(({ place }) => "file" in place && place.file);
    assert.deepEqual([...new Set(files)], [copy], linesOf(report).join("\n"));
  });
