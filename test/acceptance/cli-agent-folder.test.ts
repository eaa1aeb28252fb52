// Which agent a command means: the flag, the folder that a variable names, the default agent.
import assert from "node:assert/strict";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import type { CliHome } from "../support/cli.ts";
import { cliHome } from "../support/cli.ts";

let home: CliHome;
beforeEach(() => {
  home = cliHome();
  home.write(
    ".openclaw/openclaw.json",
    JSON.stringify({ agents: { list: [{ id: "main" }, { id: "work" }] } }),
  );
});
afterEach(() => home.remove());

async function folderOf(words: readonly string[], env: Record<string, string>): Promise<string> {
  const { exit, out, err } = await home.run(["models", "status", "--json", ...words], { env });
  assert.equal(exit, 0, err);
  return JSON.parse(out).agentDir;
}

test("the folder is the one that the variable names, written in any way and anywhere", async () => {
  const folder = join(home.path, "ad");
  for (const value of [folder, "~/ad", "ad", " ad "])
    assert.equal(await folderOf([], { OPENCLAW_AGENT_DIR: value }), folder, value);
  assert.equal(await folderOf([], { PI_CODING_AGENT_DIR: "~/ad" }), folder);
  const both = { OPENCLAW_AGENT_DIR: "~/ad", PI_CODING_AGENT_DIR: "~/other" };
  assert.equal(await folderOf([], both), folder);
  home.write(".openclaw/.env", "OPENCLAW_AGENT_DIR=~/ad\n");
  assert.equal(await folderOf([], {}), folder);
  assert.equal(await folderOf([], { OPENCLAW_AGENT_DIR: "~/nearer" }), join(home.path, "nearer"));
});

test("--agent comes before it, and a blank one is none", async () => {
  const env = { OPENCLAW_AGENT_DIR: "~/ad" };
  assert.equal(await folderOf(["--agent", "work"], env), join(home.path, ".openclaw/agents/work/agent"));
  const blank = { OPENCLAW_AGENT_DIR: " ", PI_CODING_AGENT_DIR: "" };
  assert.equal(await folderOf([], blank), join(home.path, ".openclaw/agents/main/agent"));
});

test("what is the same for every agent takes --agent in front, what writes for all refuses it", async () => {
  for (const command of ["aliases list", "fallbacks list", "image-fallbacks list", "list"]) {
    const { exit } = await home.run(["models", "--agent", "work", ...command.split(" "), "--json"]);
    assert.equal(exit, 0, command);
  }
  const before = home.read(".openclaw/openclaw.json");
  for (const command of ["set", "set-image"]) {
    const { exit, err } = await home.run(["models", "--agent", "work", command, "openai/gpt-5.5"]);
    assert.equal(exit, 1);
    assert.match(err, /--agent/);
  }
  assert.equal(home.read(".openclaw/openclaw.json"), before);
});
