// Figures of the gateway, taken again and again, and what they say together.
import type { ProcessFigures } from "../support/process-figures.ts";

export interface Sample extends ProcessFigures {
  /** seconds since the load began */
  readonly at: number;
  readonly heapBytes: number;
  readonly externalBytes: number;
  /** since the last sample, ms */
  readonly delayP99Ms: number;
  readonly delayMostMs: number;
  readonly inFlight: number;
  /** all calls so far */
  readonly calls: number;
}

/** Per hour, by least squares; of samples after `from` seconds. */
export function slopePerHour(
  samples: readonly Sample[],
  valueOf: (sample: Sample) => number,
  from: number,
): number {
  const late = samples.filter(({ at }) => at >= from);
  if (late.length < 2) return 0;
  const mean = (of: (sample: Sample) => number) =>
    late.reduce((sum, sample) => sum + of(sample), 0) / late.length;
  const [meanAt, meanValue] = [mean(({ at }) => at), mean(valueOf)];
  const above = late.reduce((sum, sample) => sum + (sample.at - meanAt) * (valueOf(sample) - meanValue), 0);
  const below = late.reduce((sum, { at }) => sum + (at - meanAt) ** 2, 0);
  return below === 0 ? 0 : (above / below) * 3600;
}

/** Reads what `/metrics` says. */
export function metricsFrom(
  text: string,
): Pick<Sample, "heapBytes" | "externalBytes" | "delayP99Ms" | "delayMostMs" | "inFlight"> {
  const value = (name: string, label: string) =>
    Number(new RegExp(`^${name}\\{[^}]*${label}[^}]*\\} (\\S+)$`, "m").exec(text)?.[1] ?? NaN);
  const inFlight = [...text.matchAll(/^openclaw_model_calls_in_flight\{[^}]*\} (\S+)$/gm)];
  return {
    heapBytes: value("openclaw_memory_bytes", 'kind="heap_used"'),
    externalBytes: value("openclaw_memory_bytes", 'kind="external"'),
    delayP99Ms: value("openclaw_event_loop_delay_seconds", 'quantile="0.99"') * 1000,
    delayMostMs: value("openclaw_event_loop_delay_seconds", 'quantile="1"') * 1000,
    inFlight: inFlight.reduce((sum, [, count]) => sum + Number(count), 0),
  };
}
