// A run's numbers: kept as JSON, shown as tables, put on the page of the bench and, the chief ones, into the README.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { cpus, loadavg, release, totalmem } from "node:os";
import { join, relative } from "node:path";
import type { Table } from "./table.ts";
import { renderTable } from "./table.ts";

export interface Results {
  /** ISO 8601 */
  readonly date: string;
  readonly commit: string;
  /** a smoke test: not to be quoted */
  readonly quick: boolean;
  readonly machine: Machine;
  readonly tables: readonly Table[];
  /** some measures again, or others, at another time */
  readonly later?: readonly Results[];
}

interface Machine {
  readonly cores: number;
  readonly cpu: string;
  readonly memoryGb: number;
  readonly linux: string;
  readonly node: string;
  /** runnable processes before the run, last minute: what others made of the machine */
  readonly loadBefore: number;
}

export function describeMachine(): Machine {
  const all = cpus();
  return {
    cores: all.length,
    cpu: all[0]?.model.trim() ?? "unknown",
    memoryGb: Math.round(totalmem() / 2 ** 30),
    linux: release(),
    node: process.versions.node,
    loadBefore: Number(loadavg()[0]!.toFixed(1)),
  };
}

const FOLDER = join(import.meta.dirname, "results");
const PAGE = join(import.meta.dirname, "results.md");
const README = join(import.meta.dirname, "..", "README.md");
/** What a reader asks first; the page has all. */
const CHIEF: ReadonlySet<string> = new Set([
  "Start and idle",
  "Commands, 20 profiles",
  "CPU per request",
  "Added at 1 client",
  "Added by parallel streams",
  "Resident memory",
  "Conversations",
  "Credentials removed to last byte",
]);

/** @returns where, from the working folder */
export function keepResults(results: Results): string {
  mkdirSync(FOLDER, { recursive: true });
  const name = results.date.slice(0, 16).replaceAll(":", "") + (results.quick ? "-quick" : "");
  const path = join(FOLDER, `${name}.json`);
  writeFileSync(path, `${JSON.stringify(results, null, 1)}\n`);
  return relative(process.cwd(), path);
}

export const readResults = (path: string): Results => JSON.parse(readFileSync(path, "utf8"));

export function renderResults({ date, commit, quick, machine, tables, later = [] }: Results): string {
  const { cores, cpu, memoryGb, node, loadBefore } = machine;
  const about = `Measured ${date.slice(0, 10)} on ${cores} cores of ${cpu}, ${memoryGb} GB, Node ${node}, load ${loadBefore} before, at ${commit}.`;
  const caution = quick ? " A quick run: a smoke test, no measurement." : "";
  return [about + caution, ...tables.map(renderTable), ...later.map(renderResults)].join("\n\n");
}

const BEGIN = "<!-- bench -->";
const END = "<!-- /bench -->";

/** A run of some measures, with all others as the newest whole run has them. */
export function overWhole(results: Results): Results {
  const titles = new Set(results.tables.map(({ title }) => title));
  const whole = readdirSync(FOLDER)
    .toSorted()
    .map((name) => readResults(join(FOLDER, name)))
    .findLast(isWhole);
  if (!whole || isWhole(results)) return results;
  return { ...whole, tables: whole.tables.filter(({ title }) => !titles.has(title)), later: [results] };
}

const WHOLE = ["Start and idle", "CPU per request", "Resident memory"];
const isWhole = ({ quick, tables }: Results): boolean =>
  !quick && WHOLE.every((title) => tables.some((one) => one.title === title));

const chiefOf = (results: Results): Results => ({
  ...results,
  tables: results.tables.filter(({ title }) => CHIEF.has(title)),
  ...(results.later ? { later: results.later.map(chiefOf) } : {}),
});

/** Writes the bench's page, and the chief tables between the README's two marks. */
export async function rewritePages(results: Results): Promise<void> {
  const text = readFileSync(README, "utf8");
  const [begin, end] = [text.indexOf(BEGIN), text.indexOf(END)];
  if (begin === -1 || end < begin) throw new Error(`README.md has no ${BEGIN} … ${END} to write between.`);
  const before = text.slice(0, begin + BEGIN.length);
  await writePage(README, `${before}\n\n${renderResults(chiefOf(results))}\n\n${text.slice(end)}`);
  await writePage(PAGE, `# Results\n\n${renderResults(results)}\n`);
}

async function writePage(path: string, text: string): Promise<void> {
  const prettier = await import("prettier");
  const style = await prettier.resolveConfig(path);
  writeFileSync(path, await prettier.format(text, { ...style, filepath: path }));
}
