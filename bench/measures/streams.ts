// Many slow streams at once: first byte, delay of every frame on its way, CPU time and memory.
import { setTimeout as sleep } from "node:timers/promises";
import type { Contestant } from "../contestants.ts";
import { withContestants } from "../contestants.ts";
import type { Streams } from "../load.ts";
import type { Bench } from "../measure.ts";
import { PACED_MODEL, PERIOD_MS } from "../payloads.ts";
import { cpuSeconds, residentMb } from "../processes.ts";
import { quantile, rotated } from "../stats.ts";
import type { Table } from "../table.ts";
import { BETWEEN, RATIOS, Rows } from "../table.ts";

const COUNTS = [100, 2_000] as const;

/** A frame is late when it comes this much later than the direct call's slowest hundredth. */
const LATE_MS = 50;

const SETTLE_MS = 2_000;
const OPENING_MS_PER_STREAM = 2;

const RANKS = [
  ["p50", 0.5],
  ["p99", 0.99],
] as const;

interface Sample extends Streams {
  readonly cpuSeconds: number;
  readonly peakMb: number;
}

export const streams = (bench: Bench): Promise<Table[]> =>
  withContestants(bench.subjects, bench.upstream, async (contestants) => {
    const plain = new Rows();
    const added = new Rows();
    const memory = new Rows();
    recordMemory(memory, "before any stream", contestants);
    for (const contestant of contestants) await hold(bench, contestant, COUNTS[0]);
    for (let round = 0; round < bench.rounds; round++)
      for (const count of bench.quick ? COUNTS.slice(0, 1) : COUNTS) {
        bench.progress(`${count} parallel streams, round ${round + 1} of ${bench.rounds}`);
        const samples = new Map<string, Sample>();
        for (const contestant of rotated(contestants, round))
          samples.set(contestant.subject, await hold(bench, contestant, count));
        recordSamples(plain, memory, count, samples);
        recordAdded(added, count, samples);
      }
    await sleep(SETTLE_MS);
    recordMemory(memory, "2 s after the last", contestants);
    const title = `Parallel streams, a frame per ${PERIOD_MS} ms`;
    return [
      { title, subjects: [...BETWEEN, "direct"], ratios: RATIOS, rows: plain.list() },
      { title: "Added by parallel streams", subjects: BETWEEN, ratios: [], rows: added.list() },
      { title: "Resident memory", subjects: BETWEEN, ratios: RATIOS, rows: memory.list() },
    ];
  });

async function hold({ load, quick }: Bench, contestant: Contestant, count: number): Promise<Sample> {
  const { pid } = contestant;
  const openingMs = Math.max(PERIOD_MS, count * OPENING_MS_PER_STREAM);
  const frames = (quick ? 6 : 20) + Math.ceil(openingMs / PERIOD_MS);
  const target = contestant.target({ model: PACED_MODEL, frames, promptBytes: 1_000 });
  const before = pid === undefined ? 0 : cpuSeconds(pid);
  const work = load.holdStreams(target, count, openingMs);
  const peakMb = pid === undefined ? 0 : await highestMb(pid, work);
  return { ...(await work), peakMb, cpuSeconds: pid === undefined ? 0 : cpuSeconds(pid) - before };
}

async function highestMb(pid: number, work: Promise<unknown>): Promise<number> {
  let highest = 0;
  const timer = setInterval(() => void (highest = Math.max(highest, residentMb(pid))), 250);
  await work.catch(() => {}).finally(() => clearInterval(timer));
  return highest;
}

function recordSamples(plain: Rows, memory: Rows, count: number, samples: ReadonlyMap<string, Sample>): void {
  for (const [subject, sample] of samples) {
    const add = (label: string, unit: string, value: number) =>
      plain.add(`${count}: ${label}`, unit, subject, value);
    for (const [rank, q] of RANKS) add(`first byte, ${rank}`, "ms", quantile(sample.firstByteMs, q));
    for (const [rank, q] of RANKS) add(`write to read, ${rank}`, "ms", quantile(sample.delayMs, q));
    add("write to read, slowest", "ms", quantile(sample.delayMs, 1));
    if (subject === "direct") continue;
    add("CPU per frame", "µs", (sample.cpuSeconds / sample.frames) * 1e6);
    memory.add(`during ${count} streams`, "MB", subject, sample.peakMb);
  }
}

/** What the process in between is to blame for: beyond the direct call of the same round. */
function recordAdded(rows: Rows, count: number, samples: ReadonlyMap<string, Sample>): void {
  const direct = samples.get("direct")!;
  const late = quantile(direct.delayMs, 0.99) + LATE_MS;
  for (const [subject, { delayMs, firstByteMs }] of samples) {
    if (subject === "direct") continue;
    for (const [rank, q] of RANKS) {
      const value = quantile(firstByteMs, q) - quantile(direct.firstByteMs, q);
      rows.add(`${count}: first byte, ${rank}`, "ms", subject, value);
    }
    for (const [rank, q] of RANKS) {
      const value = quantile(delayMs, q) - quantile(direct.delayMs, q);
      rows.add(`${count}: write to read, ${rank}`, "ms", subject, value);
    }
    const label = `${count}: frames over direct's p99 + ${LATE_MS} ms, of 1,000`;
    rows.add(label, "", subject, (1000 * countAbove(delayMs, late)) / delayMs.length);
  }
}

const countAbove = (values: Float64Array, limit: number): number =>
  values.reduce((count, value) => count + (value > limit ? 1 : 0), 0);

function recordMemory(rows: Rows, label: string, contestants: readonly Contestant[]): void {
  for (const { subject, pid } of contestants)
    if (pid !== undefined) rows.add(label, "MB", subject, residentMb(pid));
}
