// Ctrl-C, or an order to end, in the middle of calls: they end, what was found until then is kept, and the command says so.
import { AccessError } from "../core/errors.ts";

/**
 * Runs `work`, whose signal the first Ctrl-C raises; a second one ends the process as ever.
 *
 * @param sentence what is left behind, for the error
 * @throws AccessError `cancelled` after a Ctrl-C, with the name of what came as its cause; or what `work` throws
 */
export async function untilInterrupted<T>(
  work: (signal: AbortSignal) => Promise<T>,
  sentence: string,
): Promise<T> {
  const controller = new AbortController();
  let cause: string | undefined;
  const abort = (name: string) => {
    cause ??= name;
    controller.abort();
  };
  process.once("SIGINT", abort).once("SIGTERM", abort);
  try {
    const result = await work(controller.signal);
    if (cause === undefined) return result;
  } catch (error) {
    // The error of a call that was ended says nothing.
    if (cause === undefined) throw error;
  } finally {
    process.off("SIGINT", abort).off("SIGTERM", abort);
  }
  throw new AccessError("cancelled", sentence, { cause });
}
