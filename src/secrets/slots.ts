// A limit on how much begins at once, under which one that hangs does not hold up the others for long.

/** Who has not ended after this long waits more than it works: the next may begin. */
const GIVES_WAY_AFTER_MS = 1000;

/** Runs what it is given, with at most `width` of them in a slot. */
export function slots(width: number): <T>(work: () => Promise<T>) => Promise<T> {
  let free = width;
  const waiting: (() => void)[] = [];
  const leave = () => {
    const next = waiting.shift();
    if (next) next();
    else free++;
  };
  return async (work) => {
    if (free > 0) free--;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    let inside = true;
    const out = () => {
      if (inside) leave();
      inside = false;
    };
    const timer = setTimeout(out, GIVES_WAY_AFTER_MS);
    try {
      return await work();
    } finally {
      clearTimeout(timer);
      out();
    }
  };
}
