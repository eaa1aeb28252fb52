// Frames as text: what comes in, and what a close frame has room for.
import type { RawData } from "ws";
import { NO_ID } from "./protocol.ts";

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
export function idOf(read: unknown): string {
  const id = typeof read === "object" && read !== null && "id" in read ? read.id : undefined;
  return typeof id === "string" && id !== "" && id.length <= 200 ? id : NO_ID;
}
