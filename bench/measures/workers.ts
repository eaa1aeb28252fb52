// What a second process that serves brings: requests per second, and what each costs, with one process and with two
// workers and their primary.
import { setTimeout as sleep } from "node:timers/promises";
import { availableParallelism } from "node:os";
import type { Contestant } from "../contestants.ts";
import { gatewayHome, startGatewayIn } from "../contestants.ts";
import type { Bench } from "../measure.ts";
import type { Payload } from "../payloads.ts";
import { JSON_CALL, STREAM_CALL, TRANSLATED_STREAM } from "../payloads.ts";
import { cpuSeconds, residentMb } from "../processes.ts";
import { rotated } from "../stats.ts";
import type { Table } from "../table.ts";
import { Rows } from "../table.ts";

const CLIENTS = 64;
/** Two credentials: what the workers tell each other of calls in flight is part of the price. */
const PROFILES = 2;
const AFTERMATH_MS = 400;

const CASES: readonly { readonly label: string; readonly payload: Payload }[] = [
  { label: `JSON, ${CLIENTS} clients`, payload: JSON_CALL },
  { label: `stream, ${CLIENTS} clients`, payload: STREAM_CALL },
  { label: `translated stream, ${CLIENTS} clients`, payload: TRANSLATED_STREAM },
];

const SUBJECTS = ["one process", "2 workers"] as const;
const RATIOS = [{ over: "2 workers", under: "one process" }];

export async function workers(bench: Bench): Promise<Table[]> {
  const homes = SUBJECTS.map(() => gatewayHome(bench.upstream, PROFILES));
  const gateways: Contestant[] = [];
  try {
    for (const [i, home] of homes.entries())
      gateways.push(await startGatewayIn(home, i === 0 ? [] : ["--workers", "2"]));
    return await measureAll(bench, gateways);
  } finally {
    await Promise.all(gateways.map((gateway) => gateway.stop()));
    for (const home of homes) home.remove();
  }
}

async function measureAll(bench: Bench, gateways: readonly Contestant[]): Promise<Table[]> {
  const forMs = bench.quick ? 400 : 2_000;
  const [rate, cost] = [new Rows(), new Rows()];
  for (const { payload } of CASES)
    for (const gateway of gateways) await bench.load.saturate(gateway.target(payload), CLIENTS, forMs);
  for (let round = 0; round < bench.rounds; round++) {
    bench.progress(`workers, round ${round + 1} of ${bench.rounds}`);
    for (const { label, payload } of CASES)
      for (const at of rotated([0, 1], round)) {
        const gateway = gateways[at]!;
        const before = cpuSeconds(gateway.pid!);
        const { requests, seconds } = await bench.load.saturate(gateway.target(payload), CLIENTS, forMs);
        await sleep(AFTERMATH_MS);
        rate.add(label, "1/s", SUBJECTS[at]!, requests / seconds);
        cost.add(label, "µs", SUBJECTS[at]!, ((cpuSeconds(gateway.pid!) - before) / requests) * 1e6);
      }
  }
  for (const [at, gateway] of gateways.entries())
    cost.add("memory of all processes", "MB", SUBJECTS[at]!, residentMb(gateway.pid!));
  const cores = `${availableParallelism()} cores, with client and upstream on them`;
  return [
    { title: `Requests per second, ${cores}`, subjects: SUBJECTS, ratios: RATIOS, rows: rate.list() },
    { title: "CPU per request, all processes", subjects: SUBJECTS, ratios: RATIOS, rows: cost.list() },
  ];
}
