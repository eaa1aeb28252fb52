// Columns of text for terminals of any width. Cells may be styled already.
/**
 * Rows in aligned columns, two spaces apart. Where that is wider than `width`, each row is stacked instead:
 * its first cell, and the others below it, so that nothing is cut off and commands can still be copied.
 */
export function table(rows: readonly (readonly string[])[], width = Number.POSITIVE_INFINITY): string {
  const widths: number[] = [];
  for (const row of rows)
    for (const [column, cell] of row.entries())
      widths[column] = Math.max(widths[column] ?? 0, visibleWidth(cell));
  const lines = rows.map((row) => aligned(row, widths));
  const fits = lines.every((line) => visibleWidth(line) <= width);
  return (fits ? lines : rows.flatMap(stacked)).join("\n");
}

function aligned(row: readonly string[], widths: readonly number[]): string {
  const last = row.length - 1;
  return row
    .map((cell, column) => (column === last ? cell : cell + " ".repeat(widths[column]! - visibleWidth(cell))))
    .join("  ")
    .trimEnd();
}

function stacked([first = "", ...rest]: readonly string[]): string[] {
  const indent = `${/^ */.exec(first)![0]}    `;
  return [first, ...rest.filter((cell) => cell.trim() !== "").map((cell) => indent + cell.trim())];
}

/** The colours of `style.ts`, the only escapes there are. */
// oxlint-disable-next-line no-control-regex
const COLOR = /\u001B\[\d+m/g;

const visibleWidth = (text: string): number => text.replaceAll(COLOR, "").length;
