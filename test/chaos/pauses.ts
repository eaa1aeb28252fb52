// When this machine stood still: upstream, clients and oracle share a process, and a late answer is a stall.

/** From, to, by `performance.now()`. */
export type Span = readonly [number, number];

const LOOK_EVERY_MS = 20;

/** @param longMs what counts as standing still */
export function watchPauses(longMs: number): { stop(): readonly Span[] } {
  const spans: Span[] = [];
  let last = performance.now();
  const look = () => {
    const now = performance.now();
    if (now - last > longMs) spans.push([last, now]);
    last = now;
  };
  const timer = setInterval(look, LOOK_EVERY_MS);
  return {
    stop() {
      look();
      clearInterval(timer);
      return spans;
    },
  };
}

export const overlap = ([from, to]: Span, [begun, ended]: Span): boolean => from < ended && begun < to;
