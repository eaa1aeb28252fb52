// `npm run bench [-- --quick] [--only start,cpu,latency,streams,large,plan,workers,secrets,sessions] [--subjects direct,bare,openclaw,portkey] [--readme] [--from <file>]`
// Everyone in one run, in turn, on one upstream; README.md says how each figure is made.
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { parseArgs } from "node:util";
import { buildIfStale } from "../scripts/build.ts";
import type { Subject } from "./contestants.ts";
import { installPeer, START, startUpstream } from "./contestants.ts";
import { Load } from "./load.ts";
import type { Measure } from "./measure.ts";
import { cpu } from "./measures/cpu.ts";
import { large } from "./measures/large.ts";
import { latency } from "./measures/latency.ts";
import { plan } from "./measures/plan.ts";
import { secrets } from "./measures/secrets.ts";
import { sessions } from "./measures/sessions.ts";
import { start } from "./measures/start.ts";
import { streams } from "./measures/streams.ts";
import { workers } from "./measures/workers.ts";
import type { Results } from "./results.ts";
import {
  describeMachine,
  keepResults,
  overWhole,
  readResults,
  renderResults,
  rewritePages,
} from "./results.ts";
import type { Table } from "./table.ts";

const MEASURES = { start, cpu, latency, streams, large, plan, workers, secrets, sessions } satisfies Record<
  string,
  Measure
>;
type MeasureName = keyof typeof MEASURES;

const { values: options } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    only: { type: "string", default: Object.keys(MEASURES).join(",") },
    subjects: { type: "string", default: Object.keys(START).join(",") },
    readme: { type: "boolean", default: false },
    from: { type: "string" },
  },
});

async function main(): Promise<void> {
  const results = options.from
    ? readResults(options.from)
    : await measureAll(chosen(options.only, MEASURES), chosen(options.subjects, START));
  console.log(renderResults(results));
  if (!options.from) progress(`Kept in ${keepResults(results)}`);
  const isWhole = Object.keys(MEASURES).every((name) => options.only.split(",").includes(name));
  if (options.readme) await rewritePages(options.from || isWhole ? results : overWhole(results));
}

/** Names out of a list that a person wrote. */
function chosen<Name extends string>(list: string, known: Record<Name, unknown>): Name[] {
  const names = list.split(",").map((name) => name.trim());
  const unknown = names.find((name) => !(name in known));
  if (unknown === undefined) return names as Name[];
  throw new Error(`"${unknown}" is none of: ${Object.keys(known).join(", ")}.`);
}

async function measureAll(names: readonly MeasureName[], subjects: readonly Subject[]): Promise<Results> {
  if (!existsSync("/proc/self/stat"))
    throw new Error("CPU time and memory are read from /proc: run it on Linux.");
  if (subjects.includes("portkey")) await installPeer();
  if (subjects.includes("openclaw")) await buildIfStale();
  const machine = describeMachine();
  const upstream = await startUpstream();
  const load = await Load.start();
  const { quick } = options;
  const tables: Table[] = [];
  for (const name of names)
    tables.push(
      ...(await MEASURES[name]({ upstream, load, subjects, rounds: quick ? 1 : 5, quick, progress })),
    );
  return { date: new Date().toISOString(), commit: commit(), quick, machine, tables };
}

const startedAt = performance.now();
function progress(text: string): void {
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(0).padStart(4);
  process.stderr.write(`${seconds} s  ${text}\n`);
}

function commit(): string {
  try {
    return execFileSync("git", ["describe", "--always", "--dirty"], { encoding: "utf8" }).trim();
  } catch {
    return "unknown";
  }
}

for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(130));
try {
  await main();
} catch (error) {
  console.error(error);
  process.exitCode = 1;
} finally {
  process.exit();
}
