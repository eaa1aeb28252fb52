// Those who wait for the next change of something.

export type Waiting = Set<() => void>;

export function wake(waiting: Waiting): void {
  for (const resolve of waiting) resolve();
}

/** Resolves at the next `wake`, or when nobody waits any more. */
export async function woken(waiting: Waiting, until?: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const end = () => resolve();
  waiting.add(end);
  until?.addEventListener("abort", end, { once: true });
  await promise;
  until?.removeEventListener("abort", end);
  waiting.delete(end);
}
