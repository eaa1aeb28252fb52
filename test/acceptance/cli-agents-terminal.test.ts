// Agents at a terminal: what is asked, and that leaving a question changes nothing.
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import type { CliHome } from "../support/cli.ts";
import { cliHome } from "../support/cli.ts";
import { atTerminal, CTRL_C, ENTER } from "../support/terminal.ts";

let home: CliHome;
beforeEach(() => {
  home = cliHome();
  home.write(
    ".openclaw/openclaw.json",
    JSON.stringify({ agents: { list: [{ id: "main" }, { id: "work" }] } }),
  );
});
afterEach(() => home.remove());

const agents = () =>
  JSON.parse(home.read(".openclaw/openclaw.json")).agents.list.map(({ id }: { id: string }) => id);

test("agents add asks for a name and a workspace", async () => {
  const { exit } = await atTerminal(
    home.path,
    ["agents", "add"],
    [
      { after: /Name of the agent/, send: `Ops${ENTER}` },
      { after: /Workspace/, send: ENTER },
    ],
  );
  assert.equal(exit, 0);
  assert.deepEqual(agents(), ["main", "work", "ops"]);
  assert.ok(existsSync(join(home.path, ".openclaw/workspace-ops")));
});

test("agents delete asks, and no is no", async () => {
  const words = ["agents", "delete", "work"];
  const no = await atTerminal(home.path, words, [{ after: /Delete agent/, send: ENTER }]);
  assert.notEqual(no.exit, 0);
  const left = await atTerminal(home.path, words, [{ after: /Delete agent/, send: CTRL_C }]);
  assert.notEqual(left.exit, 0);
  assert.deepEqual(agents(), ["main", "work"]);
  const yes = await atTerminal(home.path, words, [{ after: /Delete agent/, send: "y" }]);
  assert.equal(yes.exit, 0);
  assert.deepEqual(agents(), ["main"]);
});
