// Parameters of methods that check or change a settings file.
import * as v from "valibot";
import { isPlainJson } from "../../core/json.ts";
import { name } from "./params.ts";

/** No settings are as long. */
const MOST_CHARACTERS = 512 * 1024;
/** Everybody waits while JSON5 is read, letter by letter; what a page sends is plain JSON, which is read at once. */
const MOST_JSON5 = 128 * 1024;
const MOST_PLACES = 100;

const raw = v.pipe(
  v.string(),
  v.maxLength(MOST_CHARACTERS, `must have at most ${MOST_CHARACTERS} characters`),
  v.check(
    // What is refused as too long is not read for that.
    (text) => text.length <= MOST_JSON5 || text.length > MOST_CHARACTERS || isPlainJson(text),
    `must be plain JSON beyond ${MOST_JSON5} characters, without comments and the like`,
  ),
);

/** Known to OpenClaw's clients; they mean nothing here. */
const told = {
  sessionKey: v.optional(v.string()),
  note: v.optional(v.string()),
  restartDelayMs: v.optional(v.number()),
};

export const checkedText = v.strictObject({ raw: v.optional(raw) });
export const changedWhole = v.strictObject({ raw, baseHash: v.optional(name), ...told });
export const changedPart = v.strictObject({
  raw,
  baseHash: v.optional(name),
  replacePaths: v.optional(v.pipe(v.array(name), v.maxLength(MOST_PLACES))),
  ...told,
});
