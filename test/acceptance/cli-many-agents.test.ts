// Many agents: a command that means one of them reads its store and main's, whatever the others hold.
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { buildIfStale, ENTRY } from "../../scripts/build.ts";
import { cliHome } from "../support/cli.ts";

const AGENTS = 200;
const PROFILES = 50;
const home = cliHome();
const nameOf = (n: number): string => (n === 0 ? "main" : `agent-${n}`);
const databaseOf = (agent: string) => `.openclaw/agents/${agent}/agent/openclaw-agent.sqlite`;

before(async () => {
  await buildIfStale();
  const list = Array.from({ length: AGENTS }, (_, n) => ({ id: nameOf(n), name: `Agent ${n}` }));
  home.write(".openclaw/openclaw.json", JSON.stringify({ agents: { list } }));
  for (const agent of ["main", "agent-7"]) {
    const words = ["models", "auth", "--agent", agent, "paste-api-key", "--provider", "openai"];
    const { exit, err } = await home.run(words, { stdin: "sk-fake-0123456789abcdef" });
    assert.equal(exit, 0, err);
    fill(join(home.path, databaseOf(agent)), agent);
  }
  // Whoever looks into another agent's store finds that it cannot be read, and says so.
  for (let n = 1; n < AGENTS; n++)
    if (n !== 7) home.write(databaseOf(nameOf(n)), "no database at all\n".repeat(99));
});
after(home.remove);

function fill(file: string, agent: string): void {
  const { DatabaseSync } = process.getBuiltinModule("node:sqlite");
  const profiles = Object.fromEntries(
    Array.from({ length: PROFILES }, (_, n) => [
      `openai:${agent}-${n}`,
      { type: "api_key", provider: "openai", key: `sk-fake-${agent}-${n}-0123456789` },
    ]),
  );
  using database = new DatabaseSync(file);
  database
    .prepare("UPDATE auth_profile_store SET store_json = ?")
    .run(JSON.stringify({ version: 1, profiles }));
}

const COMMANDS = [
  { words: ["models", "status", "--agent", "agent-7", "--json"], stores: ["agent-7", "main"] },
  { words: ["models", "status", "--json"], stores: ["main"] },
  { words: ["models", "auth", "list", "--agent", "agent-7", "--json"], stores: ["agent-7", "main"] },
  { words: ["models", "auth", "order", "get", "--provider", "openai", "--json"], stores: ["main"] },
  { words: ["models", "aliases", "list", "--json"], stores: [] },
  { words: ["agents", "list", "--json"], stores: [] },
] as const;

for (const { words, stores } of COMMANDS) {
  test(`${words.join(" ")}: reads ${stores.join(" and ") || "no store"}`, async () => {
    const { exit, out, err } = await home.run(words);
    assert.equal(exit, 0);
    assert.equal(err, "");
    if (words[1] === "status")
      assert.equal(JSON.parse(out).auth.providers[0].profiles.count, stores.length * PROFILES);
  });
}

const traced = spawnSync("strace", ["-o", "/dev/null", "true"]).status === 0;

for (const { words, stores } of COMMANDS) {
  test(`${words.join(" ")}: opens ${stores.length} files of agents`, { skip: !traced }, () => {
    const log = join(home.path, "trace.txt");
    writeFileSync(log, "");
    const flags = ["-f", "-qq", "-e", "trace=open,openat", "-o", log];
    const env = { HOME: home.path, PATH: process.env["PATH"] ?? "", NO_COLOR: "1" };
    execFileSync("strace", [...flags, process.execPath, ENTRY, ...words], { env });
    const opened = [...home.read("trace.txt").matchAll(/"[^"]*\/agents\/([^/"]+)\/agent\/[^"]*"[^=]*= \d/g)];
    assert.deepEqual([...new Set(opened.map(([, agent]) => agent))].toSorted(), stores);
  });
}
