// Flags whose value is a number.
import { AccessError } from "../core/errors.ts";

/** Longest time that a timer takes, ms. */
const LONGEST_MS = 2_147_483_647;

/** A flag that takes a whole number from `least` on; `undefined` when it was not typed. */
export const wholeNumberFlag = (name: string, brief: string, placeholder: string, least = 1) =>
  ({
    kind: "parsed",
    brief,
    placeholder,
    optional: true,
    parse: (text: string): number => numberOf(name, text, least, true),
  }) as const;

/** The same for numbers with a fraction. */
export const numberFlag = (name: string, brief: string, placeholder: string, least = 0) =>
  ({
    kind: "parsed",
    brief,
    placeholder,
    optional: true,
    parse: (text: string): number => numberOf(name, text, least, false),
  }) as const;

/** @throws AccessError `bad_input` */
function numberOf(name: string, text: string, least: number, whole: boolean): number {
  const trimmed = text.trim();
  const value = /^\d+(\.\d+)?$/.test(trimmed) ? Number(trimmed) : Number.NaN;
  if (value >= least && value <= LONGEST_MS && (!whole || Number.isInteger(value))) return value;
  throw new AccessError(
    "bad_input",
    `${name} takes a ${whole ? "whole " : ""}number from ${least} on, not "${text}".`,
  );
}
