// What waits for clients that do not read, of all of them together.

interface Reader {
  /** bytes that wait for it */
  readonly unread: number;
  /** It is let go, with all that waits for it. */
  cutOff(): void;
}

export const MOST_UNREAD_OF_ALL = 256 * 1024 * 1024;

/** Beyond `most`, whoever lets most wait is let go. */
export function relieve(readers: Iterable<Reader>, most = MOST_UNREAD_OF_ALL): void {
  let sum = 0;
  let slowest: Reader | undefined;
  for (const reader of readers) {
    sum += reader.unread;
    if (reader.unread > (slowest?.unread ?? 0)) slowest = reader;
  }
  if (sum > most) slowest?.cutOff();
}
