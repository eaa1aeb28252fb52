// The pieces of which the schemas are made. A message completes "<path>: …" and names no value, which may be
// a secret.
import * as v from "valibot";

export const text = v.string("must be text");
export const word = v.pipe(text, v.trim(), v.minLength(1, "must not be empty"));
export const flag = v.boolean("must be true or false");
export const list = <T extends v.GenericSchema>(of: T) => v.array(of, "must be a list");
const noObject = v.custom<never>(() => false, "must be an object");
/** valibot takes an array for an object; a file that has one there is wrong. */
const notArray = <T extends v.GenericSchema>(schema: T) =>
  v.lazy((input): T | typeof noObject => (Array.isArray(input) ? noObject : schema));
export const table = <T extends v.GenericSchema>(of: T) =>
  notArray(v.record(v.string(), of, "must be an object"));
export const object = <const T extends v.ObjectEntries>(entries: T) =>
  notArray(v.object(entries, "must be an object"));
export const openObject = <const T extends v.ObjectEntries, R extends v.GenericSchema>(entries: T, rest: R) =>
  notArray(v.objectWithRest(entries, rest, "must be an object"));
export const oneOf = <const T extends readonly string[]>(...names: T) =>
  v.picklist(names, `must be one of ${names.join(", ")}`);
export const wholeNumber = (least: number, most: number) => {
  const rule = `must be a whole number from ${least} to ${most}`;
  return v.pipe(v.number(rule), v.integer(rule), v.minValue(least, rule), v.maxValue(most, rule));
};
export const positive = (most: number, unit: string) => {
  const rule = `must be a number of ${unit} above 0 and at most ${most}`;
  return v.pipe(v.number(rule), v.gtValue(0, rule), v.maxValue(most, rule));
};
