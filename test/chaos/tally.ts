// Figures of the chaos, kind of fault by kind of fault.
import type { BatchReport, RunReport } from "./batch.ts";

export interface Row {
  /** runs in which an upstream did so */
  runs: number;
  /** of these, those with a candidate that answers every time */
  healthy: number;
  /** of these, those to which an answer was owed: nothing could break before the client's eyes */
  owed: number;
  succeeded: number;
  wrong: number;
}

export interface Tally {
  readonly all: Row;
  readonly byFault: Readonly<Record<string, Row>>;
  /** how runs ended, by the protocol and form of the client: `chat, streamed, agent` */
  readonly byDoor: Readonly<Record<string, Row>>;
  readonly ended: Readonly<Record<"answered" | "cut" | "refused" | "left", number>>;
  readonly upstreamCalls: number;
  readonly excused: number;
  readonly gateways: number;
  readonly highestRssBytes: number;
  /** what is wrong, with seed and run; at most so many as can be read */
  readonly wrong: readonly string[];
}

const MOST_WRONG = 100;

export function tallyOf(batches: readonly BatchReport[]): Tally {
  const runs = batches.flatMap((batch) => batch.runs);
  const wrong = batches.flatMap((batch) => [
    ...batch.runs.flatMap((report) => wordsOf(batch.seed, report)),
    ...batch.leaks.map((leak) => `seed ${batch.seed}: ${leak}`),
  ]);
  const ended = { answered: 0, cut: 0, refused: 0, left: 0 };
  for (const { verdict } of runs) ended[verdict.told.kind]++;
  return {
    all: rowOf(runs),
    byFault: rowsBy(runs, ({ faults }) => faults),
    byDoor: rowsBy(runs, ({ run }) => [
      `${run.speaks}, ${run.stream ? "streamed" : "whole"}, ${run.agent ? "agent" : "pass-through"}`,
    ]),
    ended,
    upstreamCalls: batches.reduce((sum, batch) => sum + batch.upstreamCalls, 0),
    excused: runs.filter(({ verdict }) => verdict.excused).length,
    gateways: batches.length,
    highestRssBytes: Math.max(...batches.map(({ rssBytes }) => rssBytes)),
    wrong: wrong.slice(0, MOST_WRONG),
  };
}

const wordsOf = (seed: number, { run, verdict, faults }: RunReport): string[] =>
  verdict.wrong.map(
    (what) =>
      `seed ${seed}, run ${run.id} of ${run.target} by ${run.speaks}: ${what}; upstream: ${faults.join(", ")}`,
  );

function rowsBy(
  runs: readonly RunReport[],
  keysOf: (report: RunReport) => readonly string[],
): Record<string, Row> {
  const groups = new Map<string, RunReport[]>();
  for (const run of runs) for (const key of keysOf(run)) groups.set(key, [...(groups.get(key) ?? []), run]);
  const rows = [...groups].map(([key, list]) => [key, rowOf(list)] as const);
  return Object.fromEntries(rows.toSorted(([a], [b]) => a.localeCompare(b)));
}

function rowOf(runs: readonly RunReport[]): Row {
  const count = (holds: (report: RunReport) => boolean) => runs.filter(holds).length;
  return {
    runs: runs.length,
    healthy: count(({ verdict }) => verdict.healthy),
    owed: count(({ verdict, run }) => verdict.owed && !run.leaves),
    succeeded: count(({ verdict }) => verdict.told.kind === "answered"),
    wrong: count(({ verdict }) => verdict.wrong.length > 0),
  };
}
