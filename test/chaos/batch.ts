// One gateway process, one world, all of its runs; then: does anything stay behind?
import assert from "node:assert/strict";
import { Agent } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { eventually } from "../support/eventually.ts";
import { PROTOCOLS } from "../support/protocols.ts";
import { randomFrom } from "../translation/mutate.ts";
import type { Seen } from "./client.ts";
import { send } from "./client.ts";
import type { ChaosGateway } from "./gateway.ts";
import { startChaosGateway, TOKEN } from "./gateway.ts";
import type { Verdict } from "./oracle.ts";
import { judge } from "./oracle.ts";
import type { Span } from "./pauses.ts";
import { overlap, watchPauses } from "./pauses.ts";
import type { ChaosUpstream } from "./upstream.ts";
import { startChaosUpstream } from "./upstream.ts";
import type { RunSpec, World } from "./world.ts";
import { candidatesOf, worldFrom } from "./world.ts";

export interface BatchOptions {
  readonly seed: number;
  readonly runs: number;
  readonly atOnce: number;
  /** how long the gateway waits for upstreams that stall */
  readonly patienceMs: number;
  readonly onRun?: () => void;
}

export interface RunReport {
  readonly run: RunSpec;
  readonly verdict: Verdict;
  /** names of what its upstream calls did, each once */
  readonly faults: readonly string[];
}

export interface BatchReport {
  readonly seed: number;
  readonly runs: readonly RunReport[];
  /** What stayed behind, in words. */
  readonly leaks: readonly string[];
  readonly upstreamCalls: number;
  readonly rssBytes: number;
}

export async function runBatch(options: BatchOptions): Promise<BatchReport> {
  const { seed, runs, patienceMs } = options;
  const random = randomFrom(seed);
  const world = worldFrom(random, runs);
  const chaos = await startChaosUpstream(world, randomFrom(seed + 1));
  let gateway: ChaosGateway | undefined;
  try {
    gateway = await startChaosGateway(world, chaos.upstream.url, patienceMs);
    return await through(gateway, chaos, world, options);
  } finally {
    await gateway?.remove();
    await chaos.upstream.close();
  }
}

async function through(
  gateway: ChaosGateway,
  { upstream, served }: ChaosUpstream,
  world: World,
  { seed, atOnce, patienceMs, onRun }: BatchOptions,
): Promise<BatchReport> {
  const before = gateway.figures();
  const pauses = watchPauses(`${gateway.url}/healthz`, patienceMs / 4);
  const kept = new Agent({ keepAlive: true });
  const seen = new Map<RunSpec, Seen>();
  const times = new Map<RunSpec, Span>();
  const waiting = [...world.runs];
  const client = async () => {
    for (let run = waiting.shift(); run; run = waiting.shift()) {
      const startedAt = performance.now();
      seen.set(run, await ask(gateway, run, kept));
      times.set(run, [startedAt, performance.now()]);
      onRun?.();
    }
  };
  await Promise.all(Array.from({ length: atOnce }, client));
  kept.destroy();
  const { rssBytes } = gateway.figures();
  const stoodStill = pauses.stop();
  const ends = Promise.all(upstream.calls.map(({ outcome }) => outcome));
  const leaks = [
    ...(await leakOf("an upstream call that does not end", () => ends)),
    ...(await leakOf("calls in flight", () => nothingInFlight(gateway, seen))),
    ...(await leakOf("receipts", () => receiptsFit(gateway, seen, world, served))),
    ...(await leakOf("sockets", async () => {
      await upstream.close();
      await eventually(() => assert.ok(gateway.figures().sockets <= before.sockets));
    })),
    ...(await leakOf("the end", async () => assert.equal(await gateway.stop(), 0))),
    ...(/ailed inside|Error:|failed:/.test(gateway.printed())
      ? [`It said: ${gateway.printed().slice(-1500)}`]
      : []),
  ];
  const reports = world.runs.map((run): RunReport => {
    const calls = served.filter((call) => call.run === run.id);
    const late = stoodStill.some((pause) => overlap(pause, times.get(run)!));
    const refused = candidatesOf(run).filter(({ fault }) => fault.name === "refused connection");
    const faults = new Set([...calls, ...refused].map(({ fault }) => fault.name));
    return { run, verdict: judge(run, seen.get(run)!, calls, late), faults: [...faults] };
  });
  return { seed, runs: reports, leaks, upstreamCalls: served.length, rssBytes };
}

function ask(gateway: ChaosGateway, run: RunSpec, kept: Agent): Promise<Seen> {
  const protocol = PROTOCOLS[run.speaks];
  const body = JSON.stringify(protocol.body(run.target, run.stream)).replace(
    "Say something",
    `run-${run.id}- Say`,
  );
  return send({
    url: gateway.url + protocol.path,
    agent: run.keepsAlive && !run.leaves ? kept : false,
    headers: { authorization: `Bearer ${TOKEN}`, "content-type": "application/json" },
    body,
    ...(run.leaves ? { leaves: run.leaves } : {}),
  });
}

const PATIENCE_MS = 60_000;

async function leakOf(what: string, look: () => Promise<unknown>): Promise<string[]> {
  const late = sleep(PATIENCE_MS, "late" as const, { ref: false });
  try {
    return (await Promise.race([look(), late])) === "late" ? [`${what}: not within ${PATIENCE_MS} ms`] : [];
  } catch (error) {
    return [`${what}: ${String(error)}`];
  }
}

const sumOf = (metrics: string, name: string): number =>
  [...metrics.matchAll(new RegExp(`^${name}\\{.*\\} (\\d+)$`, "gm"))].reduce(
    (sum, [, n]) => sum + Number(n),
    0,
  );

/** Every request has become a run that ended, but for those whose client left before it was read. */
function nothingInFlight(gateway: ChaosGateway, seen: ReadonlyMap<RunSpec, Seen>): Promise<void> {
  return eventually(async () => {
    const metrics = await gateway.metrics();
    assert.equal(sumOf(metrics, "openclaw_model_calls_in_flight"), 0);
    const ended = sumOf(metrics, "openclaw_run_completed_total");
    const stayed = [...seen.values()].filter(({ left }) => !left).length;
    assert.ok(ended >= stayed && ended <= seen.size, `${ended} runs ended of ${stayed} to ${seen.size}`);
  });
}

const OUTCOME: Readonly<Record<string, string>> = { answered: "ok", cut: "cut", refused: "failed" };

/** What is remembered of a run is what its client saw. */
async function receiptsFit(
  gateway: ChaosGateway,
  seen: ReadonlyMap<RunSpec, Seen>,
  world: World,
  served: ChaosUpstream["served"],
): Promise<void> {
  for (const run of world.runs) {
    const one = seen.get(run)!;
    if (one.runId === undefined) continue;
    const outcome = await eventually(async () => {
      const found = await gateway.outcomeOf(one.runId!);
      assert.ok(found, `run ${run.id} has no receipt`);
      return found;
    }, 20_000);
    const { told } = judge(run, one, served);
    if (told.kind !== "left") assert.equal(outcome, OUTCOME[told.kind], `receipt of run ${run.id}`);
  }
}
