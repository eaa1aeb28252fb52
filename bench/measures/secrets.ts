// What it costs that secrets do not lie in plain text: references that programs have, a sealed store, and both beside a
// plain one. Wanted (issue 6): 200 references within a second, 10 ms more for a command, nothing for a call.
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { Contestant } from "../contestants.ts";
import { gatewayHome, MAIN, startGatewayIn } from "../contestants.ts";
import type { Home } from "../home.ts";
import { referToKeys } from "../home.ts";
import type { Bench } from "../measure.ts";
import { JSON_CALL } from "../payloads.ts";
import { startHelper, stop } from "../processes.ts";
import { mean, rotated } from "../stats.ts";
import type { Table } from "../table.ts";
import { Rows } from "../table.ts";
import { costOf } from "./cpu.ts";
import { timeProcess } from "./start.ts";

const PROFILES = 20;
const PAIRS_PER_ROUND = 5;
const STATUS = ["models", "status", "--json"];

const KINDS = ["plain", "sealed", "references"] as const;
type Kind = (typeof KINDS)[number];
const RATIOS = [
  { over: "sealed", under: "plain" },
  { over: "references", under: "plain" },
];

export async function secrets(bench: Bench): Promise<Table[]> {
  const asked = await measureReferences(bench);
  const homes = new Map<Kind, Home>();
  try {
    for (const kind of KINDS) homes.set(kind, await homeOf(kind, bench));
    return [asked, await measureStatus(bench, homes), await measureCalls(bench, homes)];
  } finally {
    for (const home of homes.values()) home.remove();
  }
}

export interface SecretsTime {
  readonly label: string;
  readonly ms: number;
}

async function measureReferences(bench: Bench): Promise<Table> {
  const rows = new Rows();
  for (let round = 0; round < bench.rounds; round++) {
    bench.progress(`references, round ${round + 1} of ${bench.rounds}`);
    const { child, ready } = await startHelper("secrets-timer.ts");
    for (const { label, ms } of ready as SecretsTime[]) rows.add(label, "ms", "openclaw", ms);
    await stop(child);
  }
  return { title: "References", subjects: ["openclaw"], ratios: [], rows: rows.list() };
}

async function homeOf(kind: Kind, { upstream }: Bench): Promise<Home> {
  const home = gatewayHome(upstream, PROFILES);
  if (kind === "references") referToKeys(home, PROFILES);
  if (kind === "sealed")
    await promisify(execFile)(process.execPath, [MAIN, "secrets", "seal", "--yes"], { env: home.env });
  return home;
}

/** Each first as often as the others. */
async function measureStatus(bench: Bench, homes: ReadonlyMap<Kind, Home>): Promise<Table> {
  const rows = new Rows();
  for (const home of homes.values()) await timeProcess([MAIN, ...STATUS], home);
  for (let round = 0; round < bench.rounds; round++) {
    bench.progress(`status of sealed homes, round ${round + 1} of ${bench.rounds}`);
    const times = new Map(KINDS.map((kind) => [kind, { wall: [] as number[], cpu: [] as number[] }]));
    for (let pair = 0; pair < PAIRS_PER_ROUND; pair++)
      for (const [kind, home] of rotated([...homes], pair)) {
        const { wallMs, cpuMs } = await timeProcess([MAIN, ...STATUS], home);
        times.get(kind)!.wall.push(wallMs);
        times.get(kind)!.cpu.push(cpuMs);
      }
    const plain = mean(times.get("plain")!.wall);
    for (const [kind, { wall, cpu }] of times) {
      rows.add(`${STATUS.join(" ")}, CPU`, "ms", kind, mean(cpu));
      rows.add(`${STATUS.join(" ")}, wall`, "ms", kind, mean(wall));
      if (kind !== "plain") rows.add("more than plain, wall", "ms", kind, mean(wall) - plain);
    }
  }
  return { title: `Status, ${PROFILES} profiles`, subjects: KINDS, ratios: RATIOS, rows: rows.list() };
}

async function measureCalls(bench: Bench, homes: ReadonlyMap<Kind, Home>): Promise<Table> {
  const rows = new Rows();
  const one = { payload: JSON_CALL, clients: 16 };
  const forMs = bench.quick ? 400 : 1_500;
  const gateways: { readonly kind: Kind; readonly gateway: Contestant }[] = [];
  try {
    for (const [kind, home] of homes) gateways.push({ kind, gateway: await startGatewayIn(home) });
    for (const { gateway } of gateways) await costOf(bench, one, gateway, forMs);
    for (let round = 0; round < bench.rounds; round++) {
      bench.progress(`calls with sealed and referred keys, round ${round + 1} of ${bench.rounds}`);
      for (const { kind, gateway } of rotated(gateways, round)) {
        const { costUs } = await costOf(bench, one, gateway, forMs);
        rows.add("CPU per request, JSON, 16 clients", "µs", kind, costUs!);
      }
    }
  } finally {
    await Promise.all(gateways.map(({ gateway }) => gateway.stop()));
  }
  return { title: "Calls by where the key lies", subjects: KINDS, ratios: RATIOS, rows: rows.list() };
}
