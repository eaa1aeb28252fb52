// Frames as text: what comes in, and what a close frame has room for.
import type { RawData } from "ws";
import * as v from "valibot";
import { faultsOf, invalid, NO_ID, requestFrame } from "./protocol.ts";
import type { Heard } from "./requests.ts";

/** of the reason in a close frame (RFC 6455, 5.5) */
const MOST_REASON_BYTES = 123;

/** As much of a reason as fits, in whole letters. */
export function fitting(text: string): string {
  const { read } = new TextEncoder().encodeInto(text, new Uint8Array(MOST_REASON_BYTES));
  return text.slice(0, read);
}

/** @returns `undefined` for what is no JSON */
export function parseFrame(data: RawData): unknown {
  try {
    return JSON.parse(String(data));
  } catch {
    return undefined;
  }
}

/** of a frame that is no request, as far as it has one */
function idOf(read: unknown): string {
  const id = typeof read === "object" && read !== null && "id" in read ? read.id : undefined;
  return typeof id === "string" && id !== "" && id.length <= 200 ? id : NO_ID;
}

/** A request, or what is wrong with it. @param read as `parseFrame` gives it */
export function asked(read: unknown): Heard {
  if (read === undefined) return { id: NO_ID, method: "", fault: invalid("invalid request frame: not JSON") };
  const parsed = v.safeParse(requestFrame, read);
  if (parsed.success) return parsed.output;
  const fault = invalid(`invalid request frame: ${faultsOf(parsed.issues)}`);
  return { id: idOf(read), method: "", fault };
}

export const sizeOf = (data: RawData): number =>
  Array.isArray(data) ? data.reduce((sum, { length }) => sum + length, 0) : data.byteLength;
