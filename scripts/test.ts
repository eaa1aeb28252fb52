// `npm test [-- <part of a path> …]`: every test, on the real entry point, apart from the user's own files.
import { globSync, mkdirSync, rmSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { buildIfStale, ENTRY } from "./build.ts";
import { runForeground } from "./foreground.mjs";
import type { Counts } from "./test-counts.ts";
import { testPlace } from "./test-place.ts";
import { shares } from "./test-shares.ts";

/** Longer than a share of others: they begin first, so that none of them is alone at the end. */
const LONG =
  /(contract\/store|conformance|refresh\/soak|no-way-out|processes|kills|login-device|plugins|half-open|gateway-(process|workers|sdk))\.test/;

interface Group {
  readonly name: string;
  readonly glob: string;
  /** How many processes share its files. */
  readonly count: number;
  readonly alone?: RegExp;
  readonly flags: readonly string[];
}

const GROUPS: readonly Group[] = [
  { name: "unit", glob: "src/**/*.test.ts", count: 3, flags: ["--test-reporter=dot"] },
  {
    name: "contract and acceptance",
    glob: "test/**/*.test.ts",
    count: 16,
    alone: LONG,
    flags: ["--test-reporter=spec"],
  },
];

/** It takes under five minutes on two quiet cores; a busy machine is no failure, a run that hangs is one. */
const LIMIT_MS = 45 * 60_000;
const TEST_TIMEOUT_MS = 300_000;
/** More than cores: many wait for processes, timers and each other. */
const AT_ONCE = Math.max(4, 2 * availableParallelism());
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
  const place = testPlace();
  try {
    return summarise(await runAll(chosen, place));
  } finally {
    rmSync(place, { recursive: true, force: true, maxRetries: 5 });
  }
}

const testFiles = (glob: string, patterns: readonly string[]): string[] =>
  globSync(glob, { exclude: ["**/node_modules"] })
    .filter((path) => patterns.length === 0 || patterns.some((pattern) => path.includes(pattern)))
    .toSorted();

async function runAll(groups: readonly (Group & { files: readonly string[] })[], place: string) {
  const deadline = Date.now() + LIMIT_MS;
  const env = environment(place);
  const outcomes: Outcome[] = [];
  for (const { name, files, flags, ...how } of groups) {
    console.log(`\n${name}: ${files.length} files`);
    const programs = shares(files, { ...how, folder: folderIn(place, name) });
    outcomes.push(await runGroup([...flags, ...programs], env, deadline - Date.now()));
  }
  return outcomes;
}

function folderIn(place: string, name: string): string {
  const folder = join(place, name);
  mkdirSync(folder);
  return folder;
}

async function runGroup(args: readonly string[], env: NodeJS.ProcessEnv, timeout: number): Promise<Outcome> {
  let counts: Counts | undefined;
  const counter = [`--test-reporter=${join(import.meta.dirname, "test-counts.ts")}`];
  const destinations = ["--test-reporter-destination=stdout", "--test-reporter-destination=stdout"];
  const limits = [`--test-timeout=${TEST_TIMEOUT_MS}`, `--test-concurrency=${AT_ONCE}`];
  const flags = ["--test", ...limits, ...counter, ...destinations, ...args];
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
function environment(place: string): NodeJS.ProcessEnv {
  const own = /^(OPENCLAW_|PI_CODING_AGENT_DIR$)|_(API_KEYS?|API_KEY_.*|OAUTH_TOKEN)$/;
  const kept = Object.entries(process.env).filter(([name]) => !own.test(name));
  const [home, TMPDIR, NODE_COMPILE_CACHE] = ["home", "tmp", "compiled"].map((name) => folderIn(place, name));
  const ours = { HOME: home, USERPROFILE: home, TMPDIR, TEMP: TMPDIR, TEST_ENTRY: ENTRY, NODE_COMPILE_CACHE };
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
