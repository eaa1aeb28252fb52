// Reports of the soaks in bench/: figures as JSON, and as a page. Of the machine they name cores and Node alone.
import { writeFileSync } from "node:fs";
import { availableParallelism, loadavg } from "node:os";
import { join } from "node:path";

const BENCH = join(import.meta.dirname, "../../bench");

export interface Circumstances {
  readonly date: string;
  readonly cores: number;
  readonly node: string;
  /** how busy the machine was before the run */
  readonly load: number;
}

export const circumstances = (): Circumstances => ({
  date: new Date().toISOString().slice(0, 10),
  cores: availableParallelism(),
  node: process.version,
  load: Math.round(loadavg()[0]! * 10) / 10,
});

export const madeOn = ({ date, cores, node, load }: Circumstances, seed: number): string =>
  `${date}, ${cores} cores, Node ${node}, load ${load} before the run, seed ${seed}.`;

export type Row = readonly (string | number)[];

/** A table of Markdown; the first column to the left, the others to the right. */
export function table(head: Row, rows: readonly Row[]): string {
  const texts = [head, ...rows].map((row) => row.map(String));
  const widths = head.map((_, column) => Math.max(3, ...texts.map((row) => row[column]!.length)));
  const line = (row: readonly string[]) =>
    `| ${row.map((cell, n) => (n === 0 ? cell.padEnd(widths[n]!) : cell.padStart(widths[n]!))).join(" | ")} |`;
  const rule = widths.map((width, n) => (n === 0 ? "-".repeat(width) : `${"-".repeat(width - 1)}:`));
  const [first, ...others] = texts.map(line);
  return [first, `| ${rule.join(" | ")} |`, ...others].join("\n");
}

export function writeReport(name: string, page: string, figures: unknown): void {
  writeFileSync(join(BENCH, `${name}.md`), `${page.trim()}\n`);
  writeFileSync(join(BENCH, `${name}.json`), `${JSON.stringify(figures, undefined, 2)}\n`);
}

export const ms = (value: number): string => (value < 10 ? value.toFixed(1) : value.toFixed(0));
