// What a single client waits longer than without anything in between.
import type { Contestant } from "../contestants.ts";
import { withContestants } from "../contestants.ts";
import type { Bench } from "../measure.ts";
import type { Payload } from "../payloads.ts";
import { JSON_CALL, STREAM_CALL } from "../payloads.ts";
import { quantile } from "../stats.ts";
import type { Table } from "../table.ts";
import { BETWEEN, RATIOS, Rows } from "../table.ts";

const RANKS = [
  ["p50", 0.5],
  ["p99", 0.99],
] as const;

/** Subject of a difference of two. */
const BEYOND_BARE = "openclaw − bare";

export const latency = (bench: Bench): Promise<Table[]> =>
  withContestants(bench.subjects, bench.upstream, async (contestants) => {
    const turns = bench.quick ? 100 : 500;
    const added = new Rows();
    const plain = new Rows();
    for (const payload of [JSON_CALL, STREAM_CALL]) await ask(bench, contestants, payload, turns);
    for (let round = 0; round < bench.rounds; round++) {
      bench.progress(`latency at one client, round ${round + 1} of ${bench.rounds}`);
      const json = await ask(bench, contestants, JSON_CALL, turns);
      record("JSON, whole answer", contestants, json.totalMs, plain, added);
      const stream = await ask(bench, contestants, STREAM_CALL, turns);
      record("stream, first byte", contestants, stream.firstByteMs, plain, added);
    }
    const subjects = [...BETWEEN, "direct"];
    const ratios = [...RATIOS, { over: "bare", under: "direct" }];
    return [
      { title: "Added at 1 client", subjects: [...BETWEEN, BEYOND_BARE], ratios: [], rows: added.list() },
      { title: "Latency at 1 client", subjects, ratios, rows: plain.list() },
    ];
  });

const ask = ({ load }: Bench, contestants: readonly Contestant[], payload: Payload, turns: number) =>
  load.takeTurns(
    contestants.map((contestant) => contestant.target(payload)),
    turns,
  );

function record(
  label: string,
  contestants: readonly Contestant[],
  times: readonly Float64Array[],
  plain: Rows,
  added: Rows,
): void {
  const timesOf = (subject: string) => times[contestants.findIndex((one) => one.subject === subject)];
  for (const [rank, q] of RANKS) {
    const name = `${label}, ${rank}`;
    const direct = quantile(timesOf("direct")!, q);
    for (const [index, { subject }] of contestants.entries()) {
      const value = quantile(times[index]!, q);
      plain.add(name, "ms", subject, value);
      if (subject !== "direct") added.add(name, "ms", subject, value - direct);
    }
    const [ours, bare] = [timesOf("openclaw"), timesOf("bare")];
    if (ours && bare) added.add(name, "ms", BEYOND_BARE, quantile(ours, q) - quantile(bare, q));
  }
}
