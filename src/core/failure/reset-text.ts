// Reset times inside sentences: "try again in 7m12.5s", "resets Jul 6 at 9am (UTC)", "limit reached|1782918000".
import type { WallClock } from "./zoned-time.ts";
import { momentOf, wallClockAt } from "./zoned-time.ts";

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const UNIT = "milliseconds?|millis|ms|seconds?|secs?|s|minutes?|mins?|m|hours?|hrs?|h|days?|d|weeks?|w";
const STEP = new RegExp(`(\\d+(?:\\.\\d+)?)\\s*(${UNIT})(?![a-z])`, "gi");
const DURATION = `\\d+(?:\\.\\d+)?\\s*(?:${UNIT})(?![a-z])(?:[\\s,]*(?:and\\s+)?\\d+(?:\\.\\d+)?\\s*(?:${UNIT})(?![a-z])){0,4}`;
const CLOCK_SPAN = "(?:\\d{1,3}\\.)?\\d{1,2}:\\d\\d:\\d\\d";
const WHOLE_DURATION = new RegExp(`^${DURATION}$`, "i");
const WHOLE_SPAN = new RegExp(`^${CLOCK_SPAN}$`);

/** `2m59.56s`, `3hr 20min`, `1 seconds`, `2.11:30:00` (days.hours:minutes:seconds) in ms. */
export function durationMs(text: string): number | undefined {
  if (text.length > 100) return undefined;
  if (WHOLE_SPAN.test(text)) return clockSpanMs(text);
  if (!WHOLE_DURATION.test(text)) return undefined;
  let total = 0;
  for (const [, amount, unit] of text.matchAll(STEP)) total += Number(amount) * unitMs(unit!.toLowerCase());
  return total;
}

function unitMs(unit: string): number {
  if (unit.startsWith("mi") && !unit.startsWith("min")) return 1;
  if (unit === "ms") return 1;
  return { s: SECOND, m: MINUTE, h: HOUR, d: DAY, w: 7 * DAY }[unit[0]!] ?? 0;
}

function clockSpanMs(text: string): number {
  const [seconds, minutes, hours] = text.split(":").toReversed();
  const [hour, day] = hours!.split(".").toReversed();
  return Number(day ?? 0) * DAY + Number(hour) * HOUR + Number(minutes) * MINUTE + Number(seconds) * SECOND;
}

const AGAIN = "(?:again|retry\\w*|resets?|reset|replenished|refresh\\w*|available|wait\\w*|restored|renews?)";
const IN_DURATION = new RegExp(
  `\\b${AGAIN}\\b(?: (?:in|after|for|at least|about|approximately|another|only|be|again|will)){0,4}:? ?~?(${CLOCK_SPAN}|${DURATION})`,
  "i",
);
const AFTER_DURATION = new RegExp(
  `\\b(?:in|after|wait)\\s+(${DURATION})\\W{0,3}(?:and|then|before|to|until)?\\s*(?:try|retry)`,
  "i",
);
const EPOCH = new RegExp(`(?:\\||\\b${AGAIN}\\b[^\\d\\n]{0,12})(\\d{10}|\\d{13})\\b`, "i");
const DATE = new RegExp(
  `\\b${AGAIN}\\b[^\\d\\n]{0,24}(\\d{4})-(\\d\\d)-(\\d\\d)(?:[T ](\\d\\d):(\\d\\d)(?::(\\d\\d)(?:\\.\\d+)?)?)?\\s?(Z\\b|UTC|GMT|[+-]\\d\\d:?\\d\\d)?`,
  "i",
);
const MONTHS = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec";
const CLOCK = new RegExp(
  `\\b${AGAIN}\\b(?: (?:at|on|by))?:? (?:(${MONTHS})[a-z]* (\\d{1,2})(?:st|nd|rd|th)?(?:,? (\\d{4}))?,? (?:at )?)?(\\d{1,2})(?::(\\d\\d))? ?([ap])\\.?m\\b\\.?(?: ?\\(([\\w/+:-]+)\\)| ?(UTC|GMT|[PMEC][SD]T)\\b)?`,
  "i",
);

/**
 * The reset time that a sentence names, ms since epoch.
 *
 * @param zone of dates and clocks that name none
 */
export function resetInText(messages: readonly string[], zone: string, now: number): number | undefined {
  for (const message of messages) {
    const at = inSentence(message.slice(0, 2_000), zone, now);
    if (at !== undefined) return at;
  }
  return undefined;
}

function inSentence(text: string, zone: string, now: number): number | undefined {
  const epoch = EPOCH.exec(text)?.[1];
  if (epoch) return epoch.length === 13 ? Number(epoch) : Number(epoch) * SECOND;
  const date = DATE.exec(text);
  if (date) return dateMoment(date, zone);
  const span = IN_DURATION.exec(text)?.[1] ?? AFTER_DURATION.exec(text)?.[1];
  if (span) {
    const ms = durationMs(span.trim());
    return ms === undefined ? undefined : now + ms;
  }
  const clock = CLOCK.exec(text);
  return clock ? clockMoment(clock, zone, now) : undefined;
}

function dateMoment(match: RegExpExecArray, zone: string): number | undefined {
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map((part) => Number(part ?? 0));
  const wall = { year: year!, month: month!, day: day!, hour: hour!, minute: minute!, second: second! };
  return momentOf(wall, match[7] ?? zone);
}

/** A clock without a date is the next time it shows; a date without a year the next such day. */
function clockMoment(match: RegExpExecArray, zone: string, now: number): number | undefined {
  const [, month, day, year, hour12, minute, half, inBrackets, bare] = match;
  const where = inBrackets ?? bare ?? zone;
  const today = wallClockAt(now, where);
  const hour = (Number(hour12) % 12) + (half!.toLowerCase() === "p" ? 12 : 0);
  if (!today || Number(hour12) > 12) return undefined;
  const time = { hour, minute: Number(minute ?? 0), second: 0 };
  if (month === undefined) return nextClock({ ...today, ...time }, where, now);
  const date = { month: MONTHS.split("|").indexOf(month.toLowerCase()) + 1, day: Number(day) };
  const at = momentOf({ ...date, ...time, year: Number(year ?? today.year) }, where);
  const passed = year === undefined && at !== undefined && at < now - DAY;
  return passed ? momentOf({ ...date, ...time, year: today.year + 1 }, where) : at;
}

function nextClock(wall: WallClock, zone: string, now: number): number | undefined {
  const at = momentOf(wall, zone);
  return at === undefined || at > now ? at : at + DAY;
}
