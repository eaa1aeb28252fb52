import assert from "node:assert/strict";
import { test } from "node:test";
import { resolvePaths, tildePath } from "./paths.ts";

test("places follow the environment", () => {
  const cases: [
    Record<string, string>,
    Partial<Record<"home" | "stateDir" | "configPath" | "dotenvPath", string>>,
  ][] = [
    [{}, { home: "/u", stateDir: "/u/.openclaw", configPath: "/u/.openclaw/openclaw.json" }],
    [{ OPENCLAW_HOME: "/h" }, { home: "/h", stateDir: "/h/.openclaw", dotenvPath: "/h/.openclaw/.env" }],
    [{ OPENCLAW_HOME: "~/h" }, { home: "/u/h" }],
    [{ OPENCLAW_HOME: " " }, { home: "/u" }],
    [{ OPENCLAW_STATE_DIR: "~/sd" }, { home: "/u", stateDir: "/u/sd", configPath: "/u/sd/openclaw.json" }],
    [
      { OPENCLAW_HOME: "/h", OPENCLAW_STATE_DIR: "~" },
      { stateDir: "/h", configPath: "/h/openclaw.json" },
    ],
    [{ OPENCLAW_CONFIG_PATH: "~/o.json" }, { stateDir: "/u/.openclaw", configPath: "/u/o.json" }],
    [{ OPENCLAW_CONFIG_PATH: "~other/o.json" }, { configPath: `${process.cwd()}/~other/o.json` }],
  ];
  for (const [env, expected] of cases) {
    const paths = resolvePaths(env, "/u");
    assert.deepEqual({ ...paths, ...expected }, paths, JSON.stringify(env));
  }
});

test("an agent's folder may be named by the config", () => {
  const dirs = new Map([
    ["work", "~/w"],
    ["rel", "agents-b/rel"],
  ]);
  const paths = resolvePaths({}, "/u", dirs);
  assert.equal(paths.agentDir("main"), "/u/.openclaw/agents/main/agent");
  assert.equal(paths.agentDatabase("work"), "/u/w/openclaw-agent.sqlite");
  assert.equal(paths.agentDir("rel"), "/u/.openclaw/agents-b/rel");
});

test("files in the home are shown with ~", () => {
  const paths = resolvePaths({}, "/u");
  assert.equal(tildePath(paths, "/u/.openclaw/openclaw.json"), "~/.openclaw/openclaw.json");
  assert.equal(tildePath(paths, "/u"), "~");
  assert.equal(tildePath(paths, "/usr/x"), "/usr/x");
});
