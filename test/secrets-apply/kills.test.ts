// Killed at any step of an apply: every credential can be used, the journal holds no secret, and the next run finishes.
// APPLY_KILLS=all tries every step; without it, some of them.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { applyPlan } from "../../src/access/secrets-apply/apply.ts";
import { readPlan } from "../../src/cli/secrets-plan.ts";
import type { GeneratedHome } from "./generated-home.ts";
import { depsOf, filesWith, generateHome, removeHome } from "./generated-home.ts";
import { assertUsable } from "./usable.ts";

const TRIED = 3;

async function run({ path, env }: GeneratedHome, at: number) {
  const words = [join(import.meta.dirname, "kill-user.ts"), path, JSON.stringify(env), String(at)];
  const child = spawn(process.execPath, words, { env: { PATH: process.env["PATH"] ?? "", HOME: path } });
  const said = { out: "", err: "" };
  child.stdout.on("data", (text: Buffer) => (said.out += text.toString()));
  child.stderr.on("data", (text: Buffer) => (said.err += text.toString()));
  const [code, signal] = (await once(child, "close")) as unknown[];
  return { end: signal ?? code, ...said };
}

test("a kill at any step of an apply", async () => {
  const home = await generateHome(4);
  const saved = `${home.path}-saved`;
  cpSync(home.path, saved, { recursive: true });
  // Its files name the home: each trial stands where it stood.
  const restore = () => {
    rmSync(home.path, { recursive: true });
    cpSync(saved, home.path, { recursive: true });
  };
  const journal = join(home.path, ".openclaw/state/secrets-apply.json");
  const finish = async (when: string) => {
    const deps = depsOf(home);
    const plan = readPlan(home.planFile);
    const report = await applyPlan(deps, plan, { allowExec: true, replace: false, dryRun: false });
    await deps.close();
    assert.deepEqual([report.ok, report.remains], [true, []], when);
    await assertUsable(home, `${when}, and again`);
    assert.deepEqual(filesWith(home, home.secrets), [], when);
    assert.ok(!existsSync(journal), when);
  };
  try {
    const whole = await run(home, -1);
    assert.equal(whole.end, 0, whole.err);
    const { steps } = JSON.parse(whole.out) as { steps: number };
    await finish("not killed");
    const stride = process.env["APPLY_KILLS"] === "all" ? 1 : Math.ceil(steps / TRIED);
    for (let at = Math.floor(Math.random() * stride); at < steps; at += stride) {
      const when = `killed at ${at} of ${steps}`;
      restore();
      assert.equal((await run(home, at)).end, "SIGKILL", when);
      await assertUsable(home, when);
      if (existsSync(journal)) {
        const text = readFileSync(journal, "utf8");
        assert.deepEqual(
          home.secrets.filter((secret) => text.includes(secret)),
          [],
          when,
        );
      }
      await finish(when);
    }
  } finally {
    rmSync(saved, { recursive: true, force: true });
    removeHome(home);
  }
});
