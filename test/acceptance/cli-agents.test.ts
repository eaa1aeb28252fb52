// Agents come and go: what is written, where folders go, and whose credentials are seen.
import assert from "node:assert/strict";
import { existsSync, mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import type { CliHome } from "../support/cli.ts";
import { cliHome } from "../support/cli.ts";

let home: CliHome;
beforeEach(() => (home = cliHome()));
afterEach(() => home.remove());

const CONFIG = ".openclaw/openclaw.json";
const config = () => JSON.parse(home.read(CONFIG));
const configure = (content: unknown) => home.write(CONFIG, JSON.stringify(content));
const at = (path: string) => join(home.path, path);
const add = (...words: readonly string[]) => home.run(["agents", "add", ...words]);
const KEY = "sk-fake-agent-key-0123456789";

test("an agent is added beside main, with folders and without a store", async () => {
  const report = await home.json("agents", "add", "My Work!", "--workspace", "~/work");
  assert.equal(report.agentId, "my-work");
  assert.equal(report.workspace, at("work"));
  assert.deepEqual(config().agents.list, [
    { id: "main" },
    {
      id: "my-work",
      name: "My Work!",
      workspace: at("work"),
      agentDir: at(".openclaw/agents/my-work/agent"),
    },
  ]);
  assert.ok(existsSync(at("work")));
  assert.ok(existsSync(at(".openclaw/agents/my-work/sessions")));
  assert.ok(!existsSync(at(".openclaw/agents/my-work/agent")));
});

test("what cannot be added leaves no trace", async () => {
  configure({ agents: { list: [{ id: "main" }, { id: "my-work", name: "My Work!" }] } });
  home.write("file", "");
  mkdirSync(at(".openclaw/agents/main/agent"), { recursive: true });
  symlinkSync(at(".openclaw/agents/main/agent"), at("link"));
  const before = [home.read(CONFIG), home.files()];
  const workspace = ["--workspace", "~/new"];
  const refusals = [
    ["main", ...workspace],
    ["!!!", ...workspace],
    ["my work", ...workspace],
    ["MY-WORK", ...workspace],
    ["new"],
    ["new", "--non-interactive", "--json"],
    [...workspace],
    ["new", "--workspace", ""],
    ["new", "--workspace", "~/file"],
    ["new", ...workspace, "--agent-dir", "~/file"],
    ["new", ...workspace, "--agent-dir", "~/.openclaw/agents/main/agent/"],
    ["new", ...workspace, "--agent-dir", "~/link"],
    ["new", ...workspace, "--model", "/m"],
    ["new", ...workspace, "--model", ""],
    ["new", ...workspace, "--bind", "nonsense"],
    ["new", ...workspace, "--bind", "telegram:"],
  ];
  for (const words of refusals) {
    const { exit, out, err } = await add(...words);
    assert.equal(exit, 1, words.join(" "));
    assert.match(err, /^Error: .+\n$/, words.join(" "));
    if (words.includes("--json")) assert.equal(JSON.parse(out).error.code, "bad_input");
    else assert.equal(out, "");
  }
  assert.deepEqual([home.read(CONFIG), home.files()], before);
});

test("the new agent reads main's profiles, its own come first, nothing is copied", async () => {
  await home.run(["models", "auth", "paste-api-key", "--provider", "openai"], { stdin: KEY });
  const { credentials } = await home.json("agents", "add", "work", "--workspace", "~/work");
  assert.deepEqual(credentials, { inherited: ["openai:manual"], notInherited: [] });
  const seen = await home.json("models", "auth", "list", "--agent", "work");
  assert.deepEqual(
    seen.profiles.map((profile: { id: string }) => profile.id),
    ["openai:manual"],
  );
  assert.ok(!existsSync(at(".openclaw/agents/work/agent")));
});

test("profiles of another default agent stay with it, and are named", async () => {
  configure({ agents: { list: [{ id: "main" }, { id: "ops", default: true }] } });
  await home.run(["models", "auth", "paste-api-key", "--provider", "openai"], { stdin: KEY });
  const { credentials } = await home.json("agents", "add", "work", "--workspace", "~/work");
  assert.deepEqual(credentials, {
    inherited: [],
    notInherited: [{ id: "openai:manual", agent: "ops", portable: true }],
  });
  const seen = await home.json("models", "auth", "list", "--agent", "work");
  assert.deepEqual(seen.profiles, []);
});

test("routing rules are added, and another agent's are left to it", async () => {
  configure({
    agents: { list: [{ id: "main" }, { id: "two" }] },
    bindings: [{ agentId: "two", match: { channel: "telegram", accountId: "ops" } }],
  });
  const words = ["--bind", "telegram:ops", "--bind", "telegram:*"];
  const { bindings } = await home.json("agents", "add", "work", "--workspace", "~/work", ...words);
  assert.deepEqual(bindings.added, ["telegram accountId=*"]);
  assert.deepEqual(bindings.conflicts, ["telegram accountId=ops (agent=two)"]);
  const rows = await home.json("agents", "list", "--bindings");
  assert.deepEqual(
    rows.map(({ id, bindings: count, bindingDetails }: any) => [id, count, bindingDetails]),
    [
      ["main", 0, undefined],
      ["two", 1, ["telegram accountId=ops"]],
      ["work", 1, ["telegram accountId=*"]],
    ],
  );
});

test("two agents added at once are both there", async () => {
  const names = ["a", "b", "c"];
  const said = await Promise.all(names.map((name) => add(name, "--workspace", `~/${name}`)));
  assert.deepEqual(
    said.map(({ exit }) => exit),
    [0, 0, 0],
  );
  const ids = config().agents.list.map(({ id }: { id: string }) => id);
  assert.deepEqual(ids.toSorted(), ["a", "b", "c", "main"]);
});

test("a deleted agent leaves the config and its folders are in the trash, credentials and all", async () => {
  configure({
    agents: { list: [{ id: "main" }, { id: "Work", workspace: "~/work" }, { id: "two" }] },
    bindings: [{ agentId: "work", match: { channel: "telegram" } }],
    tools: { agentToAgent: { allow: ["work", "two"] } },
  });
  home.write("work/notes.txt", "notes");
  await home.run(["models", "auth", "--agent", "work", "paste-api-key", "--provider", "openai"], {
    stdin: KEY,
  });
  const report = await home.json("agents", "delete", "work", "--force");
  assert.equal(report.removedBindings, 1);
  assert.equal(report.removedAllow, 1);
  assert.deepEqual(config().agents.list, [{ id: "main" }, { id: "two" }]);
  assert.equal(config().bindings, undefined);
  assert.deepEqual(config().tools.agentToAgent.allow, ["two"]);
  assert.ok(!existsSync(at("work")));
  assert.ok(!existsSync(at(".openclaw/agents/work/agent")));
  const trashed = home.files().filter((file) => file.startsWith(".Trash/"));
  assert.ok(trashed.some((file) => file.endsWith("/work/notes.txt")));
  assert.ok(trashed.some((file) => file.endsWith("/agent/openclaw-agent.sqlite")));
});

test("a folder that others use stays, and the report says whose it is", async () => {
  mkdirSync(at("shared/inner"), { recursive: true });
  symlinkSync(at("shared"), at("link"));
  configure({
    agents: {
      list: [{ id: "main" }, { id: "work", workspace: "~/link" }, { id: "two", workspace: "~/shared/inner" }],
    },
  });
  const report = await home.json("agents", "delete", "work", "--force");
  assert.equal(report.workspaceRetained, true);
  assert.equal(report.workspaceRetainedReason, "shared");
  assert.deepEqual(report.workspaceSharedWith, ["two"]);
  assert.ok(existsSync(at("link/inner")));
});

test("a workspace in which everything lies is not thrown away", async () => {
  for (const workspace of ["~", "~/.openclaw", "/"]) {
    configure({
      agents: {
        list: [
          { id: "main", workspace: "/elsewhere/a" },
          { id: "work", workspace },
        ],
      },
    });
    const { exit, err } = await home.run(["agents", "delete", "work", "--force"]);
    assert.equal(exit, 0);
    assert.match(err, /stays where it is/);
    assert.ok(existsSync(at(CONFIG)), workspace);
  }
});

test("without --force somebody must be asked, and main never goes", async () => {
  configure({ agents: { list: [{ id: "main" }, { id: "work" }] } });
  const before = home.read(CONFIG);
  const refusals = [
    { words: ["work"], code: "no_terminal" },
    { words: ["main", "--force"], code: "bad_input" },
    { words: ["Main", "--force"], code: "bad_input" },
    { words: ["nope", "--force"], code: "unknown_agent" },
    { words: ["", "--force"], code: "unknown_agent" },
    { words: [], code: "bad_input" },
  ];
  for (const { words, code } of refusals) {
    const { exit, out } = await home.run(["agents", "delete", ...words, "--json"]);
    assert.equal(exit, 1);
    assert.equal(JSON.parse(out).error.code, code, words.join(" "));
  }
  assert.equal(home.read(CONFIG), before);
});

test("the default agent can go; the next in the list is the default then", async () => {
  configure({ agents: { list: [{ id: "main" }, { id: "work", default: true }] } });
  await home.json("agents", "delete", "work", "--force");
  const rows = await home.json("agents", "list");
  assert.deepEqual(
    rows.map(({ id, isDefault }: any) => [id, isDefault]),
    [["main", true]],
  );
});

test("two agents in one folder are named", async () => {
  configure({
    agents: { list: [{ id: "main" }, { id: "a", agentDir: "~/one" }, { id: "b", agentDir: "~/one/" }] },
  });
  const { exit, err } = await home.run(["agents", "list", "--json"]);
  assert.equal(exit, 0);
  assert.match(err, /a, b share the folder/);
});
