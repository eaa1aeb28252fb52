// When this machine stood still. Upstream, clients and oracle share a process, and a busy machine gives it or the
// gateway no time: then a good answer comes too late, and that is nobody's fault.
import { Agent, get } from "node:http";

/** From, to, by `performance.now()`. */
export type Span = readonly [number, number];

const LOOK_EVERY_MS = 20;

/**
 * Looks at its own clock, and at how long `url` takes to answer.
 *
 * @param longMs what counts as standing still
 */
export function watchPauses(url: string, longMs: number): { stop(): readonly Span[] } {
  const spans: Span[] = [];
  const agent = new Agent({ keepAlive: true });
  let last = performance.now();
  let asked = 0;
  const note = (from: number, to: number) => void (to - from > longMs && spans.push([from, to]));
  const answered = () => {
    if (asked > 0) note(asked, performance.now());
    asked = 0;
  };
  const look = () => {
    const now = performance.now();
    note(last, now);
    last = now;
    if (asked > 0) return;
    asked = now;
    get(url, { agent }, (response) => response.resume().on("close", answered)).on("error", answered);
  };
  const timer = setInterval(look, LOOK_EVERY_MS);
  return {
    stop() {
      clearInterval(timer);
      look();
      answered();
      agent.destroy();
      return spans;
    },
  };
}

export const overlap = ([from, to]: Span, [begun, ended]: Span): boolean => from < ended && begun < to;
