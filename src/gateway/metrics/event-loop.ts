// How the gateway's event loop fares, measured while somebody is there who may ask.
import { monitorEventLoopDelay, performance } from "node:perf_hooks";

/** Each look wakes the process, which is to sleep while nobody calls. */
const LOOK_EVERY_MS = 500;

const DEGRADED_DELAY_MS = 1000;
const DEGRADED_UTILIZATION = 0.95;

/** A shorter time says nothing. */
const LEAST_INTERVAL_MS = 1000;

const NOTHING_YET = {
  degraded: false,
  reasons: [] as string[],
  intervalMs: 0,
  delayP99Ms: 0,
  delayMaxMs: 0,
  utilization: 0,
  cpuCoreRatio: 0,
};

export class EventLoop {
  #delays: ReturnType<typeof monitorEventLoopDelay> | undefined;
  #since = sinceNow();
  #last = NOTHING_YET;

  start(): void {
    this.#delays ??= monitorEventLoopDelay({ resolution: LOOK_EVERY_MS });
    this.#delays.enable();
    this.#begin();
  }

  stop(): void {
    this.#delays?.disable();
    this.#delays = undefined;
  }

  /** Of the time since the last look; looks that follow each other soon see the same. */
  read(): typeof NOTHING_YET {
    const { at, loop, cpu } = this.#since;
    const intervalMs = Math.round(performance.now() - at);
    if (intervalMs < LEAST_INTERVAL_MS) return this.#last;
    const utilization = rounded(performance.eventLoopUtilization(loop).utilization, 1000);
    const used = process.cpuUsage(cpu);
    const delayP99Ms = lateMs(this.#delays?.percentile(99));
    const delayMaxMs = lateMs(this.#delays?.max);
    const reasons = [
      ...(delayP99Ms > DEGRADED_DELAY_MS ? ["event_loop_delay"] : []),
      ...(utilization > DEGRADED_UTILIZATION ? ["event_loop_utilization"] : []),
    ];
    this.#begin();
    this.#last = {
      degraded: reasons.length > 0,
      reasons,
      intervalMs,
      delayP99Ms,
      delayMaxMs,
      utilization,
      cpuCoreRatio: rounded((used.user + used.system) / 1000 / intervalMs, 1000),
    };
    return this.#last;
  }

  #begin(): void {
    this.#delays?.reset();
    this.#since = sinceNow();
  }
}

const sinceNow = () => ({
  at: performance.now(),
  loop: performance.eventLoopUtilization(),
  cpu: process.cpuUsage(),
});

/** @param tookNs from one look to the next, as Node tells it */
const lateMs = (tookNs = 0): number => rounded(Math.max(0, tookNs / 1e6 - LOOK_EVERY_MS), 10);

const rounded = (value: number, parts: number): number =>
  Number.isFinite(value) ? Math.round(value * parts) / parts : 0;
