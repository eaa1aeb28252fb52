// Whether a worker still answers: one that hangs is noticed by nobody else, and its clients wait for ever.

const ASK_EVERY_MS = 5000;
/** Rounds without an answer. A machine that is busy, or was asleep, has the time that it needs. */
const MOST_SILENT = 4;

/**
 * @param ask resolves when the worker answers; rejects when it is gone
 * @param onSilence called once; nothing is asked after that
 * @returns ends the asking
 */
export function followPulse(ask: () => Promise<unknown>, onSilence: (silentMs: number) => void): () => void {
  let silent = 0;
  let isAsked = false;
  const timer = setInterval(() => {
    if (isAsked && ++silent >= MOST_SILENT) {
      clearInterval(timer);
      return onSilence(silent * ASK_EVERY_MS);
    }
    if (isAsked) return;
    isAsked = true;
    silent = 0;
    const heard = () => (isAsked = false);
    ask().then(heard, heard);
  }, ASK_EVERY_MS).unref();
  return () => clearInterval(timer);
}
