// The page of the load: what was asked, and whether anything grew.
import type { Circumstances, Row } from "../refresh/report.ts";
import { madeOn, ms, table } from "../refresh/report.ts";
import { quantile } from "../refresh/random.ts";
import type { Sample } from "./samples.ts";
import { slopePerHour } from "./samples.ts";

export interface LoadReport {
  readonly minutes: number;
  readonly clients: number;
  readonly samples: readonly Sample[];
  readonly before: Sample;
  /** some seconds after the last call */
  readonly after: Sample;
  readonly calls: Readonly<Record<string, number>>;
  readonly unexpected: readonly string[];
}

export const MOST_MB = 150;
/** What runs for the first time is compiled and cached; growth counts from here on. */
export const warmUpSeconds = (minutes: number): number => Math.min(300, minutes * 20);

const mb = (bytes: number): string => (bytes / 1e6).toFixed(1);

export function loadPage(when: Circumstances, report: LoadReport): string {
  const { minutes, clients, calls, unexpected } = report;
  const total = Object.values(calls).reduce((sum, count) => sum + count, 0);
  return `# Soak: load

\`npm run soak:load\`: ${clients} clients call a built gateway without a pause: whole answers and streams, in the same protocol
and told anew, of models and agents, with client keys, with accounts of which five in seven fail at every other call.
Clients and upstream share the machine with it.

${madeOn(when, 0).replace(", seed 0", "")} ${minutes} minutes, ${total} calls, ${(total / minutes / 60).toFixed(0)} a second, ${unexpected.length} unexpected answers.

${table(["Gateway", "before", "warm", "end", "most", "per hour", "after"], memoryRows(report))}

_Warm_ is after ${warmUpSeconds(minutes)} s; _per hour_ the slope from there on, by least squares; _after_ is some seconds after the last
call. At the most ${mb(mostRss(report))} MB of memory are resident: ${mostRss(report) <= MOST_MB * 1e6 ? "within" : "above"} the ${MOST_MB} MB that were wanted.

${table(["Event loop, ms", "p50", "p99", "most"], delayRows(report))}

Each line is of samples five seconds apart, the first one of the p99 within each.

${table(
  ["Calls", "Count"],
  Object.entries(calls).toSorted(([a], [b]) => a.localeCompare(b)),
)}
${unexpected.length === 0 ? "" : `\n## Unexpected\n\n${unexpected.map((what) => `- ${what.replaceAll("\n", " ")}`).join("\n")}\n`}`;
}

export const mostRss = ({ samples }: LoadReport): number =>
  Math.max(0, ...samples.map(({ rssBytes }) => rssBytes));

function memoryRows({ samples, before, after, minutes }: LoadReport): Row[] {
  const warm = samples.find(({ at }) => at >= warmUpSeconds(minutes)) ?? before;
  const end = samples.at(-1) ?? before;
  const row = (name: string, valueOf: (sample: Sample) => number, show: (value: number) => string): Row => {
    const most = Math.max(...samples.map(valueOf));
    const slope = slopePerHour(samples, valueOf, warmUpSeconds(minutes));
    return [
      name,
      ...[before, warm, end].map((sample) => show(valueOf(sample))),
      show(most),
      show(slope),
      show(valueOf(after)),
    ];
  };
  const whole = (value: number) => value.toFixed(0);
  return [
    row("resident, MB", ({ rssBytes }) => rssBytes, mb),
    row("heap in use, MB", ({ heapBytes }) => heapBytes, mb),
    row("outside the heap, MB", ({ externalBytes }) => externalBytes, mb),
    row("open handles", ({ handles }) => handles, whole),
    row("sockets", ({ sockets }) => sockets, whole),
    row("calls in flight", ({ inFlight }) => inFlight, whole),
  ];
}

function delayRows({ samples }: LoadReport): Row[] {
  const row = (name: string, values: readonly number[]): Row => [
    name,
    ms(quantile(values, 0.5)),
    ms(quantile(values, 0.99)),
    ms(Math.max(0, ...values)),
  ];
  return [
    row(
      "p99 of the delay",
      samples.map(({ delayP99Ms }) => delayP99Ms),
    ),
    row(
      "longest delay",
      samples.map(({ delayMostMs }) => delayMostMs),
    ),
  ];
}
