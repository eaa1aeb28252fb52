// What a person answers to a step of a dialog.
import * as v from "valibot";

const MOST_CHARACTERS = 100_000;
const MOST_OPTIONS = 1000;
const text = v.pipe(v.string(), v.maxLength(MOST_CHARACTERS));

export const answerValue = v.union(
  [text, v.number(), v.boolean(), v.pipe(v.array(v.number()), v.maxLength(MOST_OPTIONS))],
  "must be what the step asks for",
);
/** of a dialog's state */
export const version = v.pipe(v.number(), v.integer());
