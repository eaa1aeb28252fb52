// Parameters that several methods take.
import { isAbsolute } from "node:path";
import * as v from "valibot";

const MOST_CHARACTERS = 500;

export const name = v.pipe(
  v.string(),
  v.trim(),
  v.minLength(1, "must not be empty"),
  v.maxLength(MOST_CHARACTERS, `must have at most ${MOST_CHARACTERS} characters`),
);
export const agentId = v.optional(name);
/** The gateway's own folder means nothing to a client. */
export const folder = v.pipe(
  name,
  v.check((text) => isAbsolute(text) || /^~($|[/\\])/.test(text), "must be an absolute path"),
);
export const nothing = v.strictObject({});
/** What older clients send along is of no matter. */
export const anything = v.record(v.string(), v.unknown());
/** Left out: no. */
export const flag = v.optional(v.boolean(), false);
export const wholeNumber = (least: number, most: number) =>
  v.pipe(v.number(), v.integer(), v.minValue(least), v.maxValue(most));

/** Fields that clients of OpenClaw send, and that change nothing here. */
export const alsoKnown = <Name extends string>(...names: readonly Name[]) =>
  Object.fromEntries(names.map((each) => [each, v.optional(v.unknown())])) as Record<
    Name,
    v.OptionalSchema<v.UnknownSchema, undefined>
  >;
