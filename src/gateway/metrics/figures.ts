// What a process counts and costs, for the page of metrics; of each worker, where there are several.
import type { Counts, ModelCounts } from "./counts.ts";
import { LOOK_EVERY_MS } from "./counts.ts";

/** Can be cloned. */
export interface Figures {
  readonly models: readonly ModelCounts[];
  readonly rss: number;
  readonly heapUsed: number;
  readonly external: number;
  readonly cpuSeconds: number;
  /** of its event loop since it was last asked, seconds */
  readonly delay: { readonly p50: number; readonly p99: number; readonly max: number };
}

export function figures(counts: Counts): Figures {
  const delay = counts.eventLoopDelay();
  const { rss, heapUsed, external } = process.memoryUsage();
  const { user, system } = process.cpuUsage();
  const since = { p50: delay.percentile(50), p99: delay.percentile(99), max: delay.max };
  delay.reset();
  return {
    models: [...counts.models()],
    rss,
    heapUsed,
    external,
    cpuSeconds: (user + system) / 1e6,
    delay: { p50: seconds(since.p50), p99: seconds(since.p99), max: seconds(since.max) },
  };
}

/** What is measured is the time between two looks. */
const seconds = (ns: number): number =>
  Number.isFinite(ns) ? Math.max(0, ns / 1e9 - LOOK_EVERY_MS / 1000) : 0;
