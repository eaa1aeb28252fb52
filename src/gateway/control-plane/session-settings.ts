// What a window keeps about a conversation and the gateway has no use for: told back, so that the window shows it,
// and kept nowhere. How hard a model thinks is its own setting: another level is refused rather than promised.
import * as v from "valibot";

export const THINKING_LEVELS = [{ id: "off", label: "off" }] as const;

const shown = v.optional(v.nullable(v.union([v.boolean(), v.pipe(v.string(), v.maxLength(500))])));
const NAMES = [
  "verboseLevel",
  "traceLevel",
  "reasoningLevel",
  "responseUsage",
  "elevatedLevel",
  "fastMode",
  "groupActivation",
] as const;
type Name = (typeof NAMES)[number];

export const settings = {
  thinkingLevel: v.optional(
    v.nullable(
      v.pipe(
        v.string(),
        v.check((level) => level === "off", "can be off alone: how a model thinks is set with the model"),
      ),
    ),
  ),
  ...(Object.fromEntries(NAMES.map((name) => [name, shown])) as Record<Name, typeof shown>),
};

/** What was set, to be told back. */
export function settingsIn(asked: Readonly<Partial<Record<Name, string | boolean | null | undefined>>>) {
  const set = NAMES.map((name) => [name, asked[name]] as const);
  return Object.fromEntries(set.filter(([, value]) => value !== undefined && value !== null));
}
