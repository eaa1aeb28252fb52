// What the measures hand back, and how people see it. The numbers stay by round; a table shows their median.
import { median, medianRatio } from "./stats.ts";

export interface Row {
  readonly label: string;
  readonly unit: string;
  /** One value per round, by subject. */
  readonly rounds: Readonly<Record<string, readonly number[]>>;
}

export interface Ratio {
  readonly over: string;
  readonly under: string;
}

/** Those with a process between client and upstream. */
export const BETWEEN = ["openclaw", "bare", "portkey"] as const;
/** How the costs of these are read. */
export const RATIOS: readonly Ratio[] = [
  { over: "openclaw", under: "bare" },
  { over: "portkey", under: "openclaw" },
];

export interface Table {
  readonly title: string;
  readonly subjects: readonly string[];
  readonly ratios: readonly Ratio[];
  readonly rows: readonly Row[];
}

/** Collects values of a measure as its rounds bring them. */
export class Rows {
  readonly #rows = new Map<string, { label: string; unit: string; rounds: Record<string, number[]> }>();

  add(label: string, unit: string, subject: string, value: number): void {
    const row = this.#rows.get(label) ?? { label, unit, rounds: {} };
    this.#rows.set(label, row);
    (row.rounds[subject] ??= []).push(value);
  }

  list(): Row[] {
    return [...this.#rows.values()];
  }
}

/** As Markdown, columns aligned, so that it reads well in a terminal and in a README. */
export function renderTable(table: Table): string {
  const subjects = table.subjects.filter((subject) => table.rows.some((row) => row.rounds[subject]));
  const ratios = table.ratios.filter(
    ({ over, under }) => subjects.includes(over) && subjects.includes(under),
  );
  const head = [table.title, "unit", ...subjects, ...ratios.map(({ over, under }) => `${over} ÷ ${under}`)];
  const lines = table.rows.map((row) => [
    row.label,
    row.unit,
    ...subjects.map((subject) => valueCell(row.rounds[subject])),
    ...ratios.map(({ over, under }) => ratioCell(row.rounds[over], row.rounds[under])),
  ]);
  return renderGrid(head, lines);
}

const valueCell = (values: readonly number[] | undefined): string =>
  values ? formatNumber(median(values)) : "";

function ratioCell(over: readonly number[] | undefined, under: readonly number[] | undefined): string {
  if (!over || !under) return "";
  const ratio = medianRatio(over, under);
  return Number.isFinite(ratio) ? `${formatNumber(ratio)}×` : "";
}

/** Three digits that count. */
function formatNumber(value: number): string {
  if (value === 0 || !Number.isFinite(value)) return value === 0 ? "0" : "";
  const decimals = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))));
  return value.toFixed(Math.min(decimals, 3));
}

const isText = (column: number): boolean => column < 2;

function renderGrid(head: readonly string[], lines: readonly string[][]): string {
  const widths = head.map((cell, column) =>
    Math.max(3, cell.length, ...lines.map((line) => line[column]!.length)),
  );
  const pad = (cell: string, column: number) =>
    isText(column) ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!);
  const rule = widths.map(
    (width, column) => "-".repeat(isText(column) ? width : width - 1) + (isText(column) ? "" : ":"),
  );
  return [head, rule, ...lines].map((cells) => `| ${cells.map(pad).join(" | ")} |`).join("\n");
}
