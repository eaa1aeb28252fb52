// Days of a calendar, of this machine or of a person elsewhere: a range of them, and on which one something was. Pure.
import { AccessError } from "./errors.ts";

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
/** Days without use are named in ranges that a page can draw. */
const MOST_NAMED = 400;

export interface DaysAsked {
  readonly startDate?: string | undefined;
  readonly endDate?: string | undefined;
  /** whose midnight it is; UTC when left out */
  readonly mode?: "utc" | "gateway" | "specific" | undefined;
  /** `UTC+5:30`, with `specific` */
  readonly utcOffset?: string | undefined;
  /** days up to today, where no date is given */
  readonly days: number;
}

export interface Days {
  readonly startDate: string;
  readonly endDate: string;
  /** ms since epoch; a day more at both ends than any zone needs */
  readonly from: number;
  readonly dateOf: (at: number) => string;
  /** all of them; empty where they are too many */
  readonly dates: readonly string[];
}

/** @param gatewayOffset minutes that this machine is ahead of UTC. @throws AccessError `bad_input` */
export function daysOf(asked: DaysAsked, now: number, gatewayOffset: (at: number) => number): Days {
  const fixed = asked.mode === "specific" ? minutesIn(asked.utcOffset ?? "UTC+0") : 0;
  const offset = asked.mode === "gateway" ? gatewayOffset : () => fixed;
  const dateOf = (at: number) => dayOf(at + offset(at) * MINUTE_MS);
  const end = dateIn("endDate", asked.endDate) ?? Date.parse(dateOf(now));
  const start = dateIn("startDate", asked.startDate) ?? end - (asked.days - 1) * DAY_MS;
  if (start > end) throw new AccessError("bad_input", "startDate must not be after endDate.");
  const count = Math.round((end - start) / DAY_MS) + 1;
  const dates = Array.from({ length: count > MOST_NAMED ? 0 : count }, (_, i) => dayOf(start + i * DAY_MS));
  return { startDate: dayOf(start), endDate: dayOf(end), from: start - DAY_MS, dateOf, dates };
}

const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

function dateIn(field: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const ms = Date.parse(text);
  if (!Number.isNaN(ms) && dayOf(ms) === text) return ms;
  throw new AccessError("bad_input", `invalid ${field}: expected a valid YYYY-MM-DD calendar date`);
}

function minutesIn(text: string): number {
  const [, sign, hours, minutes = "0"] = /^UTC([+-])(\d{1,2})(?::(\d\d))?$/.exec(text) ?? [];
  if (hours === undefined || Number(hours) > 14)
    throw new AccessError("bad_input", "invalid utcOffset: expected UTC+H, UTC-H or UTC+H:MM");
  return (sign === "-" ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
}
