// Wall-clock time to moments. Zones: offsets (`+08:00`, `+0800`), `UTC`, a few abbreviations, IANA names.

export interface WallClock {
  readonly year: number;
  /** 1 to 12 */
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
}

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const OFFSET_HOURS: Readonly<Record<string, number>> = {
  z: 0,
  utc: 0,
  gmt: 0,
  pst: -8,
  pdt: -7,
  mst: -7,
  mdt: -6,
  est: -5,
  edt: -4,
  cet: 1,
  cest: 2,
  jst: 9,
};

/** The moment a clock in `zone` shows `wall`, ms since epoch; `undefined` when there is no such time or zone. */
export function momentOf(wall: WallClock, zone: string): number | undefined {
  const asUtc = Date.UTC(wall.year, wall.month - 1, wall.day, wall.hour, wall.minute, wall.second);
  const rolledOver = new Date(asUtc).getUTCMonth() !== wall.month - 1;
  if (!Number.isFinite(asUtc) || rolledOver || wall.hour > 24 || wall.minute > 59) return undefined;
  const offset = offsetAt(asUtc, zone);
  if (offset === undefined) return undefined;
  const guess = asUtc - offset;
  // The offset of the guess, not of the wall time read as UTC, is the one in force.
  return asUtc - (offsetAt(guess, zone) ?? offset);
}

/** What a clock in `zone` shows at `at`; `undefined` for an unknown zone. */
export function wallClockAt(at: number, zone: string): WallClock | undefined {
  const offset = offsetAt(at, zone);
  if (offset === undefined) return undefined;
  const local = new Date(at + offset);
  return {
    year: local.getUTCFullYear(),
    month: local.getUTCMonth() + 1,
    day: local.getUTCDate(),
    hour: local.getUTCHours(),
    minute: local.getUTCMinutes(),
    second: local.getUTCSeconds(),
  };
}

/** The next midnight in `zone` after `now`. */
export function nextMidnight(now: number, zone: string): number | undefined {
  const tomorrow = wallClockAt(now + DAY, zone);
  return tomorrow && momentOf({ ...tomorrow, hour: 0, minute: 0, second: 0 }, zone);
}

/** Milliseconds by which `zone` is ahead of UTC at `at`. */
function offsetAt(at: number, zone: string): number | undefined {
  const fixed = OFFSET_HOURS[zone.toLowerCase()];
  if (fixed !== undefined) return fixed * 60 * MINUTE;
  const numeric = /^([+-])(\d\d):?(\d\d)$/.exec(zone);
  if (numeric) {
    const minutes = Number(numeric[2]) * 60 + Number(numeric[3]);
    return (numeric[1] === "-" ? -minutes : minutes) * MINUTE;
  }
  return namedOffset(at, zone);
}

function namedOffset(at: number, zone: string): number | undefined {
  try {
    const format = new Intl.DateTimeFormat("en-US", { timeZone: zone, timeZoneName: "longOffset" });
    const name = format.formatToParts(at).find((part) => part.type === "timeZoneName")?.value ?? "";
    return name === "GMT" ? 0 : offsetAt(at, name.replace(/^GMT/, "") || "UTC");
  } catch {
    return undefined;
  }
}
