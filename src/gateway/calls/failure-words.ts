// A run without an answer, in words: for the client's message and for the log.
import { CROSSING_WORDS, isCrossing } from "../../core/funding.ts";
import type { LeftOut } from "../../core/plan/explain.ts";
import type { AttemptRecord } from "../../core/receipt.ts";
import type { Recovery } from "../../core/recovery.ts";

/** A message names this many; its details have more. */
const MOST_NAMED = 8;

export function named(words: readonly string[]): string {
  const more = words.length - MOST_NAMED;
  return words.slice(0, MOST_NAMED).join("; ") + (more > 0 ? `; and ${more} more` : "");
}

export const attemptsWords = (attempts: readonly AttemptRecord[]): string =>
  `All ${attempts.length} attempts failed: ${named(attempts.map(attemptWords))}`;

/** `openai/gpt-5 openai:work (429 rate_limit)` */
export function attemptWords({ model, profileId, outcome, status, kind }: AttemptRecord): string {
  const code = [status, kind ?? outcome].filter((part) => part !== undefined).join(" ");
  return `${model} ${profileId} (${code})`;
}

export const recoveryWords = ({ at, profileId }: Recovery, now: number): string =>
  `First free again: ${profileId} in ${secondsUntil(at, now)} s`;

export function leftOutWords({ profileId, code, bar }: LeftOut, now: number): string {
  if (bar) return `${profileId}: ${code} (${bar.reason}) for ${secondsUntil(bar.until, now)} s`;
  return `${profileId}: ${isCrossing(code) ? `${code}: ${CROSSING_WORDS[code]}` : code}`;
}

/** Whole seconds, at least one; our first back-off when nobody named a time. */
export const secondsUntil = (at: number | undefined, now: number): number =>
  at === undefined ? 30 : Math.max(1, Math.ceil((at - now) / 1000));
