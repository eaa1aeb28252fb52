// `npm test [-- <part of a path> …]`: every test, on the real entry point, apart from the user's own files.
import { globSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildIfStale, ENTRY } from "./build.ts";
import { runForeground } from "./foreground.mjs";
import type { Counts } from "./test-counts.ts";

/** Unit suites share a process, which makes them fast; the others may start and kill what they like. */
const GROUPS = [
  { name: "unit", glob: "src/**/*.test.ts", flags: ["--test-isolation=none", "--test-reporter=dot"] },
  {
    name: "contract and acceptance",
    glob: "test/**/*.test.ts",
    // More than cores: many wait for processes, timers and each other.
    flags: ["--test-concurrency=4", "--test-reporter=spec"],
  },
] as const;

/** It takes under five minutes on two quiet cores; a busy machine is no failure, a run that hangs is one. */
const LIMIT_MS = 45 * 60_000;
const TEST_TIMEOUT_MS = 300_000;
/** First, so that none of them is alone at the end. */
const LONG =
  /(contract\/store|refresh\/soak|store\/processes|no-way-out|any-home|loads-little|gateway-sdk|kills|apply)\.test/;
const ROOT = join(import.meta.dirname, "..");

interface Outcome {
  readonly exitCode: number;
  readonly counts: Counts;
}

async function main(patterns: readonly string[]): Promise<number> {
  const groups = GROUPS.map((group) => ({ ...group, files: testFiles(group.glob, patterns) }));
  const chosen = groups.filter(({ files }) => files.length > 0);
  if (chosen.length === 0) {
    console.error(`No test file has ${patterns.join(" or ")} in its path.`);
    return 1;
  }
  await buildIfStale();
  const places = ["home", "compiled"].map((name) => mkdtempSync(join(tmpdir(), `openclaw-test-${name}-`)));
  const [home = "", compiled = ""] = places;
  try {
    return summarise(await runAll(chosen, environment(home, compiled)));
  } finally {
    for (const place of places) rmSync(place, { recursive: true, force: true, maxRetries: 5 });
  }
}

const testFiles = (glob: string, patterns: readonly string[]): string[] =>
  globSync(glob)
    .filter((path) => patterns.length === 0 || patterns.some((pattern) => path.includes(pattern)))
    .toSorted()
    .toSorted((a, b) => Number(LONG.test(b)) - Number(LONG.test(a)));

async function runAll(
  groups: readonly ((typeof GROUPS)[number] & { files: string[] })[],
  env: NodeJS.ProcessEnv,
) {
  const deadline = Date.now() + LIMIT_MS;
  const outcomes: Outcome[] = [];
  for (const { name, files, flags } of groups) {
    console.log(`\n${name}: ${files.length} files`);
    outcomes.push(await runGroup([...flags, ...files], env, deadline - Date.now()));
  }
  return outcomes;
}

async function runGroup(args: readonly string[], env: NodeJS.ProcessEnv, timeout: number): Promise<Outcome> {
  let counts: Counts | undefined;
  const counter = [`--test-reporter=${join(import.meta.dirname, "test-counts.ts")}`];
  const destinations = ["--test-reporter-destination=stdout", "--test-reporter-destination=stdout"];
  const flags = ["--test", `--test-timeout=${TEST_TIMEOUT_MS}`, ...counter, ...destinations, ...args];
  const exitCode = await runForeground(process.execPath, flags, {
    env,
    timeout: Math.max(1, timeout),
    onMessage: (message) => (counts = message as Counts),
  });
  if (counts) return { exitCode, counts };
  console.error(
    `The test runner ended without a result: ${LIMIT_MS / 60_000} minutes were over, or it fell (${exitCode}).`,
  );
  return { exitCode: exitCode || 1, counts: { passed: 0, failed: 1, skipped: 0 } };
}

/**
 * The caller's environment without anything that leads to the caller's own credentials. Processes run the build, and
 * what one of them compiled of the sources serves the next.
 */
function environment(home: string, compiled: string): NodeJS.ProcessEnv {
  const own = /^(OPENCLAW_|PI_CODING_AGENT_DIR$)|_(API_KEYS?|API_KEY_.*|OAUTH_TOKEN)$/;
  const kept = Object.entries(process.env).filter(([name]) => !own.test(name));
  const ours = { HOME: home, USERPROFILE: home, TEST_ENTRY: ENTRY, NODE_COMPILE_CACHE: compiled };
  return { ...Object.fromEntries(kept), ...ours };
}

function summarise(outcomes: readonly Outcome[]): number {
  const sum = (key: keyof Counts) => outcomes.reduce((total, { counts }) => total + counts[key], 0);
  const skipped = sum("skipped");
  console.log(`\n${sum("passed")} passed, ${sum("failed")} failed${skipped ? `, ${skipped} skipped` : ""}`);
  return outcomes.find(({ exitCode }) => exitCode !== 0)?.exitCode ?? 0;
}

process.chdir(ROOT);
process.exitCode = await main(process.argv.slice(2));
