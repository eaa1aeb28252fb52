// A run's numbers: kept as JSON, shown as tables, written into the README.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
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
const README = join(import.meta.dirname, "..", "README.md");

/** @returns where, from the working folder */
export function keepResults(results: Results): string {
  mkdirSync(FOLDER, { recursive: true });
  const name = results.date.slice(0, 16).replaceAll(":", "") + (results.quick ? "-quick" : "");
  const path = join(FOLDER, `${name}.json`);
  writeFileSync(path, `${JSON.stringify(results, null, 1)}\n`);
  return relative(process.cwd(), path);
}

export const readResults = (path: string): Results => JSON.parse(readFileSync(path, "utf8"));

export function renderResults({ date, commit, quick, machine, tables }: Results): string {
  const { cores, cpu, memoryGb, node, loadBefore } = machine;
  const about = `Measured ${date.slice(0, 10)} on ${cores} cores of ${cpu}, ${memoryGb} GB, Node ${node}, load ${loadBefore} before, at ${commit}.`;
  const caution = quick ? " A quick run: a smoke test, no measurement." : "";
  return [about + caution, ...tables.map(renderTable)].join("\n\n");
}

const BEGIN = "<!-- bench -->";
const END = "<!-- /bench -->";

/** Puts the tables between the two marks. */
export async function rewriteReadme(results: Results): Promise<void> {
  const text = readFileSync(README, "utf8");
  const [begin, end] = [text.indexOf(BEGIN), text.indexOf(END)];
  if (begin === -1 || end < begin) throw new Error(`README.md has no ${BEGIN} … ${END} to write between.`);
  const next = `${text.slice(0, begin + BEGIN.length)}\n\n${renderResults(results)}\n\n${text.slice(end)}`;
  const prettier = await import("prettier");
  const style = await prettier.resolveConfig(README);
  writeFileSync(README, await prettier.format(next, { ...style, filepath: README }));
}
