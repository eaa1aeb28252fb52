// Parameters of methods that check or change a settings file.
import * as v from "valibot";
import { name } from "./params.ts";

/** Text that nests without end takes a reader minutes; no settings are as long. */
const MOST_CHARACTERS = 1024 * 1024;
const MOST_PLACES = 100;

const raw = v.pipe(
  v.string(),
  v.maxLength(MOST_CHARACTERS, `must have at most ${MOST_CHARACTERS} characters`),
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
