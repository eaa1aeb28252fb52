// A process that applies a home's plan, and is killed at a step of it: also within what a step does, where it writes files.
import { syncBuiltinESMExports } from "node:module";
import fs from "node:fs";
import promises from "node:fs/promises";

const [home = "", envText = "{}", at = "-1"] = process.argv.slice(2);
let steps = 0;
const step = () => {
  if (steps++ === Number(at)) process.kill(process.pid, "SIGKILL");
};
// A rename is what makes a change, and a temporary file is what a kill leaves: before and after both, it may come.
const { rename, open } = promises;
promises.rename = async (from, to) => {
  step();
  await rename(from, to);
  step();
};
promises.open = async (file, ...rest) => {
  const handle = await open(file, ...rest);
  if (/\.new-/.test(String(file))) step();
  return handle;
};
const { rmSync } = fs;
fs.rmSync = (file, options) => {
  step();
  rmSync(file, options);
};
syncBuiltinESMExports();

const [{ applyPlan }, { openDeps }, { readPlan }] = await Promise.all([
  import("../../src/access/secrets-apply/apply.ts"),
  import("../../src/access/open-deps.ts"),
  import("../../src/cli/secrets-plan.ts"),
]);
const env = JSON.parse(envText) as Record<string, string>;
const deps = openDeps({
  processEnv: { ...env, HOME: home },
  now: Date.now,
  version: "0.0.0-test",
  osHome: home,
});
const plan = readPlan(`${home}/plan.json`);
const report = await applyPlan(deps, plan, { allowExec: true, replace: false, dryRun: false, step });
await deps.close();
process.stdout.write(
  JSON.stringify({ steps, ok: report.ok, remains: report.remains, resumed: report.resumed }),
);
