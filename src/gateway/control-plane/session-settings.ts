// What a window keeps with a conversation: how hard its models think, and what only the window has a use for, which is
// kept so that every window shows the same.
import * as v from "valibot";
import type { Session } from "../../core/session.ts";
import { parseThinking } from "../../core/thinking.ts";

/** Those that a window offers; others can be typed. */
export const THINKING_LEVELS = ["off", "minimal", "low", "medium", "high"].map((id) => ({ id, label: id }));

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
  thinkingLevel: v.optional(v.nullable(v.string())),
  ...(Object.fromEntries(NAMES.map((name) => [name, shown])) as Record<Name, typeof shown>),
};

export type SettingsAsked = Readonly<Partial<Record<Name, string | boolean | null | undefined>>> & {
  readonly thinkingLevel?: string | null | undefined;
};

/** `null` takes a setting back. @throws AccessError `bad_input` for an unknown thinking level */
export function withSettings(session: Session, asked: SettingsAsked): Session {
  const { thinking: before, shown: held, ...rest } = session;
  const level = asked.thinkingLevel;
  const thinking = level === undefined ? before : level === null ? undefined : parseThinking(level);
  const all = { ...held, ...Object.fromEntries(NAMES.map((name) => [name, asked[name] ?? held?.[name]])) };
  const kept = Object.entries(all).filter(
    (entry): entry is [Name, string | boolean] => entry[1] !== undefined && asked[entry[0] as Name] !== null,
  );
  return {
    ...rest,
    ...(thinking ? { thinking } : {}),
    ...(kept.length > 0 ? { shown: Object.fromEntries(kept) } : {}),
  };
}

/** By OpenClaw's names. */
export const settingsOf = ({ thinking, shown: held }: Session) => ({
  ...held,
  ...(thinking ? { thinkingLevel: thinking } : {}),
});
