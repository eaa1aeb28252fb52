// The pieces of which a plugin's words are checked. Messages complete "<path>: …" and repeat no value.
import * as v from "valibot";
import { formatPath } from "../config/document.ts";

export const line = (most: number) => {
  const rule = `must be text of 1 to ${most} characters on one line`;
  return v.pipe(
    v.string(rule),
    v.trim(),
    v.minLength(1, rule),
    v.maxLength(most, rule),
    v.check((text) => !/[\p{Cc}\p{Cf}]/u.test(text), rule),
  );
};
export const matching = (pattern: RegExp, rule: string) => v.pipe(v.string(rule), v.regex(pattern, rule));
export const listOf = <T extends v.GenericSchema>(of: T, most: number) => {
  const rule = `must be a list of at most ${most}`;
  return v.pipe(v.array(of, rule), v.maxLength(most, rule));
};
export const optional = v.exactOptional;
export const amount = (rule: string) => v.pipe(v.number(rule), v.finite(rule), v.minValue(0, rule));
const tokens = v.pipe(
  amount("must be a number of tokens"),
  v.integer("must be a whole number of tokens"),
  v.maxValue(1e9, "must be at most 1e9 tokens"),
);
export const object = <const T extends v.ObjectEntries>(entries: T) =>
  v.object(entries, ({ expected }) => (expected === "Object" ? "must be an object" : "is missing"));

export const oneOf = <const T extends readonly string[]>(names: T) =>
  v.picklist(names, `must be one of ${names.join(", ")}`);

export type Checked<T> = { readonly value: T } | { readonly fault: string };

/** @returns the value, or where it is wrong: `auth[0].label: must be …` */
export function checkWith<T>(schema: v.GenericSchema<unknown, T>): (value: unknown) => Checked<T> {
  return (value) => {
    const result = v.safeParse(schema, value, { abortEarly: true });
    if (result.success) return { value: result.output };
    const [{ path = [], message }] = result.issues;
    const place = formatPath(path.map(({ key }) => key as PropertyKey));
    return { fault: place === "" ? message : `${place}: ${message}` };
  };
}

const model = object({
  id: matching(/^[^\s\p{Cc}]{1,256}$/u, "must be an id of a model, without blanks"),
  name: optional(line(200)),
  input: optional(listOf(oneOf(["text", "image"]), 2)),
  reasoning: optional(v.boolean("must be true or false")),
  contextWindow: optional(tokens),
  maxTokens: optional(tokens),
  cost: optional(
    object({
      input: amount("must be US dollars"),
      output: amount("must be US dollars"),
      cacheRead: optional(amount("must be US dollars")),
      cacheWrite: optional(amount("must be US dollars")),
    }),
  ),
});
export const models = listOf(model, 5000);
