// Columns of text for terminals of any width. Cells may be styled already.
import { visibleWidth, wrap } from "./text.ts";

type Row = readonly string[];

/**
 * Rows in aligned columns, two spaces apart. A row that is wider than `width` is stacked instead: its first
 * cell, and what does not fit beside it below, wrapped between words, so that nothing is cut off and commands
 * can still be copied. Where that would be most rows, all are, for they read alike.
 */
export function table(rows: readonly Row[], width = Number.POSITIVE_INFINITY): string {
  const wide = rows.filter((row) => row.length > 1);
  const fitting = rowsThatFit(wide, width);
  const aligns = new Set(fitting.length * 3 >= wide.length * 2 ? fitting : []);
  const widths = columnWidths([...aligns]);
  return rows.flatMap((row) => (aligns.has(row) ? [aligned(row, widths)] : stacked(row, width))).join("\n");
}

/** The most rows that align within `width`, found by leaving out the widest. */
function rowsThatFit(rows: readonly Row[], width: number): readonly Row[] {
  if (lineWidth(columnWidths(rows)) <= width) return rows;
  const measured = rows.map((row) => ({ row, width: lineWidth(row.map(visibleWidth)) }));
  const narrowFirst = measured.toSorted((a, b) => a.width - b.width).map(({ row }) => row);
  const fits = (count: number) => lineWidth(columnWidths(narrowFirst.slice(0, count))) <= width;
  let [most, tooMany] = [0, rows.length];
  while (tooMany - most > 1) {
    const half = Math.floor((most + tooMany) / 2);
    if (fits(half)) most = half;
    else tooMany = half;
  }
  return narrowFirst.slice(0, most);
}

function columnWidths(rows: readonly Row[]): number[] {
  const widths: number[] = [];
  for (const row of rows)
    for (const [column, cell] of row.entries())
      widths[column] = Math.max(widths[column] ?? 0, visibleWidth(cell));
  return widths;
}

const lineWidth = (widths: readonly number[]): number =>
  widths.reduce((sum, each) => sum + each + 2, widths.length > 0 ? -2 : 0);

function aligned(row: Row, widths: readonly number[]): string {
  const last = row.length - 1;
  return row
    .map((cell, column) => (column === last ? cell : cell + " ".repeat(widths[column]! - visibleWidth(cell))))
    .join("  ")
    .trimEnd();
}

/** Cells go on one line while they fit, then below, indented. */
function stacked([first = "", ...rest]: Row, width: number): string[] {
  const indent = `${/^ */.exec(first)![0]}    `;
  const cells = rest.map((cell) => cell.trim()).filter((cell) => cell !== "");
  const lines = [first];
  for (const cell of cells) {
    const longer = `${lines.at(-1)!}  ${cell}`;
    if (visibleWidth(longer) <= width) lines[lines.length - 1] = longer;
    else lines.push(...wrap(cell, width - indent.length).map((line) => indent + line));
  }
  return lines;
}
