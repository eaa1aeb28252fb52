// What the choice of a credential costs: the first attempt of a plan among 1,000 profiles of one provider.
import type { Bench } from "../measure.ts";
import { startHelper, stop } from "../processes.ts";
import type { Table } from "../table.ts";
import { Rows } from "../table.ts";

export async function plan(bench: Bench): Promise<Table[]> {
  const rows = new Rows();
  for (let round = 0; round < bench.rounds; round++) {
    bench.progress(`plan, round ${round + 1} of ${bench.rounds}`);
    const { child, ready } = await startHelper("plan-timer.ts");
    for (const { label, microseconds } of ready as PlanTime[])
      rows.add(label, "µs", "openclaw", microseconds);
    await stop(child);
  }
  return [
    { title: "First attempt among 1,000 profiles", subjects: ["openclaw"], ratios: [], rows: rows.list() },
  ];
}

export interface PlanTime {
  readonly label: string;
  readonly microseconds: number;
}
