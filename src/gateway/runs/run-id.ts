// Ids of runs begin with the time (RFC 9562, version 7): a batch of receipts touches neighbouring pages of the index
// over them, where ids without any order touch one page each.
import { randomUUID } from "node:crypto";

/** Hexadecimal digits of the time, ms. */
const TIME_DIGITS = 12;

/** Calls come many in a moment. */
let last = { now: -1, head: "" };

/** @param now ms since epoch */
export function newRunId(now: number): string {
  if (last.now !== now) last = { now, head: headOf(now) };
  // Behind the version's digit a random id is random in both versions.
  return last.head + randomUUID().slice(15);
}

function headOf(now: number): string {
  const time = Math.floor(now).toString(16).padStart(TIME_DIGITS, "0").slice(-TIME_DIGITS);
  return `${time.slice(0, 8)}-${time.slice(8)}-7`;
}
