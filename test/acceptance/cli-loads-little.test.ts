// A command loads what it needs and nothing else (DESIGN, "Speed"). Read from the process, not from a clock.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { buildIfStale, ENTRY } from "../../scripts/build.ts";
import { DAILY, SELDOM_FLAGS } from "../../scripts/daily.ts";
import { cliHome } from "../support/cli.ts";

const SOURCES = join(import.meta.dirname, "../../src/main.ts");
const RECORDER = join(import.meta.dirname, "../support/record-loads.cjs");

const home = cliHome();
before(async () => {
  home.write(".openclaw/openclaw.json", `{ "agents": { "defaults": { "model": "openai/gpt-5.5" } } }`);
  await buildIfStale();
});
after(home.remove);

const COMMANDS = [
  "--help",
  "models auth --help",
  "models status --json",
  "models auth list --json",
  "models auth order get --provider openai --json",
  "models aliases list --json",
  "models list --json",
  "models list --all --json",
  "agents list --json",
  "channels list --json",
  "plugins list --json",
  "completion --shell bash",
  "__complete -- models auth list --agent m",
];

/** Files for the few who need them: the gateway, whoever is asked for a secret, whoever edits the config. */
const RARE =
  /\/src\/(gateway\/|store\/(worker|store-thread)|cli\/(paste|ask|login)\.|access\/login\/|config\/(edit|json5-))|\/node_modules\/(undici|pino|prom-client|@clack|json5|ws)\/|\/dist\/(undici|pino|prom-client|clack|ws)/;

/** Modules of Node that take a millisecond or more. */
const SLOW = [
  "crypto",
  "http",
  "net",
  "stream",
  "fs/promises",
  "perf_hooks",
  "worker_threads",
  "child_process",
];

interface Loads {
  readonly files: readonly string[];
  readonly node: readonly string[];
}

const seen = new Map<string, Loads>();

function loadsOf(entry: string, words: readonly string[]): Loads {
  const key = [entry, ...words].join(" ");
  const loads = seen.get(key) ?? processLoads(entry, words);
  seen.set(key, loads);
  return loads;
}

function processLoads(entry: string, words: readonly string[]): Loads {
  const to = join(home.path, "loads.json");
  const compiled = entry === ENTRY ? {} : { NODE_COMPILE_CACHE: process.env["NODE_COMPILE_CACHE"] };
  const env = { HOME: home.path, NO_COLOR: "1", LOADS_TO: to, ...compiled };
  const { status, stderr } = spawnSync(process.execPath, ["--require", RECORDER, entry, ...words], { env });
  assert.equal(status, 0, String(stderr));
  return JSON.parse(readFileSync(to, "utf8"));
}

for (const command of COMMANDS) {
  const words = command.split(" ");

  test(`${command}: no gateway, no prompts, no editor`, () => {
    for (const entry of [SOURCES, ENTRY])
      assert.deepEqual(
        loadsOf(entry, words).files.filter((file) => RARE.test(file)),
        [],
      );
  });

  test(`${command}: no slow module of Node`, () => {
    const loaded = new Set(loadsOf(ENTRY, words).node);
    assert.deepEqual(
      SLOW.filter((name) => loaded.has(`NativeModule ${name}`)),
      [],
    );
  });
}

test("every command of the daily bundle is in it", () => {
  for (const words of DAILY)
    loadsOf(ENTRY, [...words.split(" ").filter((word) => word !== "--help"), "--help"]);
});

test("flags that the daily bundle has no code for run all the same", () => {
  for (const flag of [...SELDOM_FLAGS, "--probe-free", "--usage"])
    loadsOf(ENTRY, ["models", "status", flag, "--json"]);
});

test("the files of all commands bring their flags and words, and nothing that does the work", () => {
  const { files, node } = loadsOf(join(import.meta.dirname, "../support/load-commands.ts"), []);
  const sources = files.filter((file) => file.startsWith("file:") && !file.includes("/test/support/"));
  assert.ok(sources.length > 20);
  assert.deepEqual(
    sources.filter((file) => !/\/src\/(cli|core)\/|\/node_modules\/@stricli\//.test(file)),
    [],
  );
  assert.deepEqual(
    SLOW.filter((name) => node.includes(`NativeModule ${name}`)),
    [],
  );
});

test("help reads no configuration", () => {
  const files = loadsOf(SOURCES, ["--help"]).files;
  assert.deepEqual(
    files.filter((file) => /\/src\/(config|store|access|providers)\//.test(file)),
    [],
  );
});

test("what is rare is seen when it is used", () => {
  const words = ["models", "set", "openai/gpt-5.6", "--json"];
  assert.ok(loadsOf(SOURCES, words).files.some((file) => RARE.test(file)));
});
