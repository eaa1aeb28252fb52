// Colours, and only where somebody sees them.
import type { Io } from "../io.ts";

export interface Style {
  readonly heading: (text: string) => string;
  readonly faint: (text: string) => string;
  readonly good: (text: string) => string;
  readonly warn: (text: string) => string;
  readonly bad: (text: string) => string;
}

const plain = (text: string): string => text;
const sgr = (code: number, end: number) => (text: string) =>
  text === "" ? "" : `\u001B[${code}m${text}\u001B[${end}m`;

const PLAIN: Style = { heading: plain, faint: plain, good: plain, warn: plain, bad: plain };
const COLORED: Style = {
  heading: sgr(1, 22),
  faint: sgr(2, 22),
  good: sgr(32, 39),
  warn: sgr(33, 39),
  bad: sgr(31, 39),
};

export const styleFor = (io: Pick<Io, "colors">): Style => (io.colors ? COLORED : PLAIN);
