// How the gateway's event loop fares, measured while somebody is there who may ask.
import { monitorEventLoopDelay, performance } from "node:perf_hooks";

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
    this.#delays ??= monitorEventLoopDelay({ resolution: 100 });
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
    const delayP99Ms = rounded((this.#delays?.percentile(99) ?? 0) / 1e6, 10);
    const delayMaxMs = rounded((this.#delays?.max ?? 0) / 1e6, 10);
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

const rounded = (value: number, parts: number): number =>
  Number.isFinite(value) ? Math.round(value * parts) / parts : 0;
