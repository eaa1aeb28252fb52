// `onboard --reset`: what there was is moved, what comes to nothing brings it back, and nothing is ever lost.
import assert from "node:assert/strict";
import { hash } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import type { CliHome } from "../support/cli.ts";
import { cliHome } from "../support/cli.ts";
import { atTerminal, CTRL_C } from "../support/terminal.ts";

const KEY = "sk-fake-good-0123456789abcdef";
const UNASKED = ["--non-interactive", "--accept-risk", "--json"];
const RESET = ["onboard", ...UNASKED, "--reset"];
/** Homes of tests lie on one of them. */
const OTHER_DISKS = ["/dev/shm", "/tmp", "/var/tmp"];
const PATHS = { PATH: "/usr/bin:/bin" };

let home: CliHome;
beforeEach(async () => {
  home = cliHome();
  const { exit, err } = await run(["setup", ...UNASKED, "--skip-health"], { GROQ_API_KEY: KEY });
  assert.equal(exit, 0, err);
});
afterEach(() => home.remove());

const run = (words: readonly string[], env: Record<string, string> = {}) =>
  home.run(words, { env: { ...PATHS, ...env } });
const config = () => JSON.parse(home.read(".openclaw/openclaw.json"));
const HOLD = [".openclaw/openclaw.json", ".openclaw/agents/main/agent/openclaw-agent.sqlite"];
const contents = () => HOLD.map((file) => readFileSync(join(home.path, file), "latin1"));
const trashed = () => home.files().filter((file) => /^\.Trash\/./.test(file));

test("what there was is moved, also what is broken; never what holds the home", async () => {
  home.write(".openclaw/openclaw.json", "{ torn");
  const again = await run([...RESET, "--auth-choice", "skip"]);
  assert.equal(again.exit, 0, again.err);
  assert.deepEqual((await home.json("models", "auth", "list")).profiles, []);
  assert.equal(config().gateway.mode, "local");
  for (const name of ["/openclaw.json", "/openclaw-agent.sqlite"])
    assert.ok(trashed().some((file) => file.endsWith(name)));
  await run(["config", "set", "agents.defaults.workspace", "~"]);
  const kept = await run([...RESET, "--reset-scope", "full", "--auth-choice", "skip"]);
  assert.match(JSON.parse(kept.out).error.message, /holds .* and is not thrown away/);
  const mixed = await run(["setup", "--baseline", "--reset", "--json"]);
  assert.match(JSON.parse(mixed.out).error.message, /--baseline moves nothing away/);
  const baseline = await run(["setup", "--baseline", "--workspace", "~/work", "--json"]);
  assert.equal(baseline.exit, 0, baseline.err);
  assert.equal(config().agents.defaults.workspace, "~/work");
});

test("what comes to nothing leaves everything where it was", async () => {
  const before = contents();
  const typo = await run([...RESET, "--auth-choice", "nonsense"]);
  assert.equal(typo.exit, 1);
  assert.match(typo.err, /Everything is where it was/);
  assert.deepEqual([contents(), trashed()], [before, []]);
  const yes = { after: /Move this away now/, send: "y" };
  const left = [
    [{ ...yes, send: "n" }],
    [{ ...yes, send: CTRL_C }],
    [yes, { after: /Looked around/, send: CTRL_C }],
    [yes, { after: /How are models to be reached/, send: CTRL_C }],
  ];
  for (const keys of left) {
    const { exit, text } = await atTerminal(home.path, ["onboard", "--reset"], keys, { env: PATHS });
    assert.equal(exit, 130, text);
    assert.match(text, /Nothing was changed|Everything is where it was/);
    assert.deepEqual([contents(), trashed()], [before, []], text);
  }
});

test("it is refused while OpenClaw's gateway works with the files", async () => {
  const configPath = join(home.path, ".openclaw/openclaw.json");
  const lock = `gateway.${hash("sha256", configPath, "hex").slice(0, 8)}.lock`;
  const folder = process.getuid ? `openclaw-${process.getuid()}` : "openclaw";
  const document = { pid: process.pid, createdAt: new Date(0).toISOString(), configPath };
  home.write(`tmp/${folder}/${lock}`, JSON.stringify(document));
  const before = contents();
  const { exit, out } = await run([...RESET, "--auth-choice", "skip"], { TMPDIR: join(home.path, "tmp") });
  assert.equal(exit, 1);
  assert.match(JSON.parse(out).error.message, /OpenClaw's gateway works with these files/);
  assert.deepEqual([contents(), trashed()], [before, []]);
});

test("a home on another disk has its trash there", async (t) => {
  const disk = OTHER_DISKS.find((path) => existsSync(path) && statSync(path).dev !== statSync(home.path).dev);
  if (disk === undefined) return t.skip("there is one disk");
  const volume = mkdtempSync(join(disk, "onboard-reset-"));
  try {
    const there = { OPENCLAW_STATE_DIR: volume };
    assert.equal(
      (await run(["setup", ...UNASKED, "--skip-health"], { ...there, GROQ_API_KEY: KEY })).exit,
      0,
    );
    const { exit, err } = await run([...RESET, "--auth-choice", "skip"], there);
    assert.equal(exit, 0, err);
    assert.match(err, new RegExp(`Moved ${volume}/agents to ${volume}/\\.Trash/`));
  } finally {
    rmSync(volume, { recursive: true });
  }
});
