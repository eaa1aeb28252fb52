// What is said when the gateway stops: talks end, and clients ask once more how they ended.
import { setTimeout as pause } from "node:timers/promises";

const TALKS_END_WITHIN_MS = 2000;
const LAST_QUESTIONS_MS = 250;

/**
 * Resolves when the talks are over and were asked about, or when that takes too long.
 *
 * @param ends how many were under way, once they are over
 */
export async function lastWords(ends: readonly Promise<number>[], hasClients: () => boolean): Promise<void> {
  const late = pause(TALKS_END_WITHIN_MS, undefined, { ref: false });
  const ended = await Promise.race([Promise.all(ends), late]);
  if (ended?.every((count) => count === 0)) return;
  // A window that hears of an end asks how its conversation stands, and shows an error for want of an answer.
  if (hasClients()) await pause(LAST_QUESTIONS_MS);
}
