// How hard a model thinks in a conversation, by OpenClaw's names of levels (docs, "Thinking levels"). Pure.
import { AccessError } from "./errors.ts";

/** `off`: nobody asks the model to think; `adaptive`: as hard as the model finds right. */
export const THINKING = ["off", "minimal", "low", "medium", "high", "xhigh", "adaptive", "max"] as const;
export type Thinking = (typeof THINKING)[number];

const OTHER_NAMES: ReadonlyMap<string, Thinking> = new Map([
  ["x-high", "xhigh"],
  ["extra-high", "xhigh"],
  ["highest", "high"],
  ["none", "off"],
]);

export const isThinking = (value: unknown): value is Thinking => THINKING.some((level) => level === value);

/** @throws AccessError `bad_input` */
export function parseThinking(text: string): Thinking {
  const lower = text
    .trim()
    .toLowerCase()
    .replaceAll(/[\s_]+/g, "-");
  const level = THINKING.find((each) => each === lower) ?? OTHER_NAMES.get(lower);
  if (level) return level;
  throw new AccessError(
    "bad_input",
    `There is no thinking level "${text}". Use one of: ${THINKING.join(", ")}.`,
  );
}

/** As OpenAI's protocols have it, from which all others are translated; `undefined`: nothing is asked for. */
export const effortOf = (level: Thinking | undefined): Exclude<Thinking, "off" | "adaptive"> | undefined =>
  level === undefined || level === "off" ? undefined : level === "adaptive" ? "medium" : level;
