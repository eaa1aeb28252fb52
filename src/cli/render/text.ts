// Text on a terminal: how wide it is, where it may break, and what of it a terminal may be shown.

/** The colours of `style.ts`, the only escapes there are. */
// oxlint-disable-next-line no-control-regex
const COLOR = /\u001B\[\d+m/g;

/** Marks and joiners take no column; ideographs, kana, hangul, full-width forms and pictures take two. */
const NO_COLUMN = /[\p{Mn}\p{Me}\p{Cf}]/u;
const TWO_COLUMNS =
  /[\u1100-\u115F\u2E80-\u303E\u3041-\uA4CF\uA960-\uA97C\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF01-\uFF60\uFFE0-\uFFE6\u{1F300}-\u{1F64F}\u{1F680}-\u{1F6FF}\u{1F900}-\u{1FAFF}\u{20000}-\u{3FFFD}]/u;
// oxlint-disable-next-line no-control-regex
const ASCII = /^[\u0020-\u007E]*$/;

/** Columns that `text` takes on a terminal. */
export function visibleWidth(text: string): number {
  if (ASCII.test(text)) return text.length;
  const bare = text.replaceAll(COLOR, "");
  if (ASCII.test(bare)) return bare.length;
  let width = 0;
  for (const character of bare) width += columnsOf(character);
  return width;
}

function columnsOf(character: string): number {
  if (NO_COLUMN.test(character)) return 0;
  return TWO_COLUMNS.test(character) ? 2 : 1;
}

/** A command stays in one piece, so that it can be copied; so do words. */
const PIECES = /openclaw .+|\S+/g;

/** Lines of at most `width` columns, where words and commands are short enough for that. */
export function wrap(text: string, width: number): string[] {
  if (visibleWidth(text) <= width) return [text];
  const lines: string[] = [];
  for (const piece of text.match(PIECES) ?? []) {
    const line = lines.at(-1);
    const longer = line === undefined ? piece : `${line} ${piece}`;
    if (line !== undefined && visibleWidth(longer) <= width) lines[lines.length - 1] = longer;
    else lines.push(piece);
  }
  return lines;
}

// oxlint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u202A-\u202E\u2066-\u2069]/g;

/** Without what would steer the terminal: names and messages come from files and providers. */
export const withoutControls = (text: string): string => text.replaceAll(CONTROL, "\uFFFD");

/** A report whose texts hold nothing that steers the terminal, nor breaks a line. */
export function printable<T>(report: T): T {
  return cleaned(report) as T;
}

function cleaned(value: unknown): unknown {
  if (typeof value === "string")
    return ASCII.test(value) ? value : withoutControls(value).replaceAll(/[\t\n]/g, " ");
  if (Array.isArray(value)) return value.map(cleaned);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [cleaned(key), cleaned(each)]));
}
