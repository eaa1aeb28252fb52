// Each question to a plugin is a process of some 50 MB: they take turns, however many providers plugins declare.

const MOST_AT_ONCE = 8;

let free = MOST_AT_ONCE;
const waiting: (() => void)[] = [];

/** Runs `work` when it is its turn, first come, first served. What it throws, this throws. */
export async function inTurn<T>(work: () => Promise<T>): Promise<T> {
  if (free > 0) free--;
  else await new Promise<void>((resolve) => void waiting.push(resolve));
  try {
    return await work();
  } finally {
    const next = waiting.shift();
    if (next) next();
    else free++;
  }
}
