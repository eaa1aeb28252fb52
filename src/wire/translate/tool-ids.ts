// Ids of calls, in letters and length that every protocol takes: Anthropic is particular about the letters,
// OpenAI about the length. A conversation may go to any of them next.
import { createHash } from "node:crypto";

const FITTING = /^[\w-]{1,40}$/;
const KEPT = 23;
const HASHED = 16;

/** The same for the same id, and different for different ones. */
export function fittingId(id: string): string {
  if (FITTING.test(id)) return id;
  const hash = createHash("sha256").update(id).digest("hex").slice(0, HASHED);
  return `${id.slice(0, KEPT).replaceAll(/[^\w-]/g, "_")}_${hash}`;
}
