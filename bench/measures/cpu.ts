// CPU time that one request costs the process in between, over all its threads.
import { setTimeout as sleep } from "node:timers/promises";
import type { Contestant } from "../contestants.ts";
import { withContestants } from "../contestants.ts";
import type { Bench } from "../measure.ts";
import type { Payload } from "../payloads.ts";
import {
  BURST_FRAMES,
  JSON_CALL,
  LONG_CALL,
  STREAM_CALL,
  TRANSLATED_JSON,
  TRANSLATED_STREAM,
} from "../payloads.ts";
import { cpuSeconds } from "../processes.ts";
import { rotated } from "../stats.ts";
import type { Table } from "../table.ts";
import { BETWEEN, RATIOS, Rows } from "../table.ts";

export interface Case {
  readonly label: string;
  readonly payload: Payload;
  readonly clients: number;
}

export const CASES: readonly Case[] = [
  { label: "JSON, 16 clients", payload: JSON_CALL, clients: 16 },
  { label: "JSON, 64 clients", payload: JSON_CALL, clients: 64 },
  { label: `stream of ${BURST_FRAMES} frames, 16 clients`, payload: STREAM_CALL, clients: 16 },
  { label: `stream of ${BURST_FRAMES} frames, 64 clients`, payload: STREAM_CALL, clients: 64 },
  { label: "JSON, 100 KB request, 16 clients", payload: LONG_CALL, clients: 16 },
  { label: "translated, JSON, 16 clients", payload: TRANSLATED_JSON, clients: 16 },
  {
    label: `translated, stream of ${BURST_FRAMES} frames, 16 clients`,
    payload: TRANSLATED_STREAM,
    clients: 16,
  },
];

/** A gateway runs for weeks: what counts is code that its engine has had time to optimize, theirs as ours. */
const WARM_UP_ROUNDS = 3;

/** Work that was put off (health, receipts) belongs to the requests that caused it. */
const AFTERMATH_MS = 400;

export const cpu = (bench: Bench): Promise<Table[]> =>
  withContestants(bench.subjects, bench.upstream, async (contestants) => {
    const forMs = bench.quick ? 400 : 1_500;
    const cost = new Rows();
    const rate = new Rows();
    for (const one of CASES) await warmUp(bench, one, contestants, WARM_UP_ROUNDS * forMs);
    for (let round = 0; round < bench.rounds; round++) {
      bench.progress(`CPU per request, round ${round + 1} of ${bench.rounds}`);
      for (const one of CASES)
        for (const contestant of rotated(contestants, round)) {
          const { costUs, perSecond } = await costOf(bench, one, contestant, forMs);
          if (costUs !== undefined) cost.add(one.label, "µs", contestant.subject, costUs);
          rate.add(one.label, "1/s", contestant.subject, perSecond);
        }
    }
    const speed = [
      { over: "openclaw", under: "bare" },
      { over: "openclaw", under: "portkey" },
      { over: "bare", under: "direct" },
    ];
    return [
      { title: "CPU per request", subjects: BETWEEN, ratios: RATIOS, rows: cost.list() },
      { title: "Requests per second", subjects: [...BETWEEN, "direct"], ratios: speed, rows: rate.list() },
    ];
  });

async function warmUp({ load }: Bench, one: Case, contestants: readonly Contestant[], forMs: number) {
  for (const contestant of contestants)
    await load.saturate(contestant.target(one.payload), one.clients, forMs);
}

export async function costOf(
  { load }: Bench,
  { payload, clients }: Pick<Case, "payload" | "clients">,
  contestant: Contestant,
  forMs: number,
) {
  const { pid } = contestant;
  const before = pid === undefined ? 0 : cpuSeconds(pid);
  const { requests, seconds } = await load.saturate(contestant.target(payload), clients, forMs);
  const perSecond = requests / seconds;
  if (pid === undefined) return { perSecond };
  await sleep(AFTERMATH_MS);
  return { perSecond, costUs: ((cpuSeconds(pid) - before) / requests) * 1e6 };
}
