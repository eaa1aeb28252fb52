// For what happens soon, but not at once: health and receipts are written behind.
import { setTimeout as pause } from "node:timers/promises";

/** Looking costs time as well: a store is read, or a process asked. */
const LONGEST_MS = 50;

/**
 * Repeats `look` until it stops throwing, and returns its result; after `ms` its last error is thrown. That is long:
 * a busy machine is no failure.
 */
export async function eventually<T>(look: () => T | Promise<T>, ms = 60_000): Promise<T> {
  const deadline = Date.now() + ms;
  for (let wait = 5; ; wait = Math.min(2 * wait, LONGEST_MS)) {
    try {
      return await look();
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await pause(wait);
    }
  }
}
