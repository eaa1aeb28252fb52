// A gateway with many agents: how soon it is ready, what it holds once all of them are loaded, and how late its event
// loop gets while every store changes under load.
import { setTimeout as sleep } from "node:timers/promises";
import { gatewayHome, startGatewayIn } from "../contestants.ts";
import type { Home } from "../home.ts";
import { rewriteKeys } from "../home.ts";
import type { Bench } from "../measure.ts";
import { JSON_CALL, PACED_MODEL, PERIOD_MS } from "../payloads.ts";
import { residentMb } from "../processes.ts";
import type { Table } from "../table.ts";
import { Rows } from "../table.ts";

const SIZE = { agents: 200, profiles: 50 };
const STREAMS = 100;
const RELOADS_FOR_MS = 10_000;
const US = "openclaw";

export async function large(bench: Bench): Promise<Table[]> {
  if (!bench.subjects.includes(US)) return [];
  const rows = new Rows();
  const home = gatewayHome(bench.upstream, SIZE.profiles, SIZE.agents);
  try {
    // As for every start: the first fills caches of compiled code.
    await (await startGatewayIn(home)).stop();
    for (let round = 0; round < Math.min(bench.rounds, 3); round++) {
      bench.progress(`${SIZE.agents} agents, round ${round + 1}`);
      await measureOnce(bench, home, rows);
    }
  } finally {
    home.remove();
  }
  const title = `${SIZE.agents} agents of ${SIZE.profiles} profiles`;
  return [{ title, subjects: [US], ratios: [], rows: rows.list() }];
}

const newKeys = (count: number): string[] =>
  Array.from({ length: count }, (_, n) => `sk-bench-new-key-${n}-${Math.random()}`);

async function measureOnce({ load, quick }: Bench, home: Home, rows: Rows): Promise<void> {
  const gateway = await startGatewayIn(home);
  const add = (label: string, unit: string, value: number) => rows.add(label, unit, US, value);
  const target = gateway.target({ ...JSON_CALL, promptBytes: 100 });
  const ask = async (path: string, init?: RequestInit) => {
    const headers = { ...target.headers, ...init?.headers };
    const response = await fetch(new URL(path, target.origin), { ...init, headers });
    if (!response.ok) throw new Error(`${path}: status ${response.status}, ${await response.text()}`);
    return await response.text();
  };
  const lateness = async () =>
    1000 * Number(/event_loop_delay_seconds\{quantile="0.99"\} (\S+)/.exec(await ask("/metrics"))![1]);
  try {
    add("ready, from the start of the process", "ms", gateway.readyMs!);
    await sleep(1_000);
    add("memory, one agent loaded", "MB", residentMb(gateway.pid!));
    for (const agent of home.agents)
      await ask(target.path, {
        method: "POST",
        body: target.body,
        headers: { "x-openclaw-agent-id": agent },
      });
    await sleep(2_000);
    add("memory, all agents loaded", "MB", residentMb(gateway.pid!));
    const forMs = quick ? 2_000 : RELOADS_FOR_MS;
    const paced = gateway.target({
      model: PACED_MODEL,
      frames: Math.ceil(forMs / PERIOD_MS),
      promptBytes: 1_000,
    });
    await lateness();
    await load.holdStreams(paced, STREAMS, PERIOD_MS);
    add(`event loop, ${STREAMS} streams, p99`, "ms", await lateness());
    const streams = load.holdStreams(paced, STREAMS, PERIOD_MS);
    for (const agent of home.agents) {
      rewriteKeys(home, agent, newKeys(SIZE.profiles));
      await sleep(forMs / 2 / SIZE.agents);
    }
    await streams;
    add("the same while every store changes, p99", "ms", await lateness());
    add("memory after that", "MB", residentMb(gateway.pid!));
  } finally {
    await gateway.stop();
  }
}
