// `node bench/ab.ts [--case "JSON, 16"] [--rounds 40] [--profile <folder>] <dist/main.js> …`
// Builds of the gateway against each other and the bare proxy: CPU per request in many short rounds, all of them in
// each, so that a change is measured on a machine that others use as well.
import { parseArgs } from "node:util";
import { setTimeout as sleep } from "node:timers/promises";
import type { Contestant, Upstream } from "./contestants.ts";
import { gatewayHome, START, startGatewayIn, startUpstream } from "./contestants.ts";
import { Load } from "./load.ts";
import type { Case } from "./measures/cpu.ts";
import { CASES } from "./measures/cpu.ts";
import { fineCpuSeconds, residentMb } from "./processes.ts";
import { median, medianRatio, rotated } from "./stats.ts";

const ROUND_MS = 500;
/** V8 is done with what it optimizes. */
const WARM_UP_REQUESTS = 10_000;
const WARM_UP_MS = 30_000;
/** Health and receipts are written behind; what is left over falls into the next round. */
const AFTERMATH_MS = 200;

const { values: options, positionals: builds } = parseArgs({
  allowPositionals: true,
  options: {
    case: { type: "string", default: CASES[0]!.label },
    rounds: { type: "string", default: "40" },
    profile: { type: "string" },
  },
});

interface Side {
  readonly name: string;
  readonly contestant: Contestant;
  /** µs of CPU per request, by round */
  readonly costs: number[];
}

async function measureAll(): Promise<void> {
  const asked = CASES.find(({ label }) => label.startsWith(options.case));
  if (!asked)
    throw new Error(`No case "${options.case}". Cases: ${CASES.map(({ label }) => label).join("; ")}`);
  const upstream = await startUpstream();
  const load = await Load.start();
  const sides: Side[] = [{ name: "bare", contestant: await START.bare(upstream), costs: [] }];
  for (const build of builds)
    sides.push({ name: build, contestant: await startBuild(build, upstream), costs: [] });
  for (const side of sides) await warmUp(side, asked, load);
  for (let round = 0; round < Number(options.rounds); round++)
    for (const side of rotated(sides, round)) side.costs.push(await costOf(side, asked, load));
  report(sides);
  await Promise.all(sides.map(({ contestant }) => end(contestant)));
}

/** @param build a `dist/main.js`, and flags of Node behind it */
function startBuild(build: string, upstream: Upstream): Promise<Contestant> {
  const [main = "", ...flags] = build.split(" ");
  const profile = ["--cpu-prof", "--cpu-prof-interval=250", `--cpu-prof-dir=${options.profile}`];
  return startGatewayIn(gatewayHome(upstream), [], [...flags, ...(options.profile ? profile : []), main]);
}

async function warmUp({ contestant }: Side, { payload, clients }: Case, load: Load): Promise<void> {
  const until = performance.now() + WARM_UP_MS;
  for (let made = 0; made < WARM_UP_REQUESTS && performance.now() < until;)
    made += (await load.saturate(contestant.target(payload), clients, ROUND_MS)).requests;
}

async function costOf({ contestant }: Side, { payload, clients }: Case, load: Load): Promise<number> {
  const before = fineCpuSeconds(contestant.pid!);
  const { requests } = await load.saturate(contestant.target(payload), clients, ROUND_MS);
  await sleep(AFTERMATH_MS);
  return ((fineCpuSeconds(contestant.pid!) - before) / requests) * 1e6;
}

function report(sides: readonly Side[]): void {
  const [bare, first] = sides;
  for (const { name, contestant, costs } of sides) {
    const overBare = medianRatio(costs, bare!.costs).toFixed(3);
    const overFirst = first ? medianRatio(costs, first.costs).toFixed(3) : "";
    const lowest = Math.min(...costs).toFixed(0);
    console.log(
      `${name}: ${median(costs).toFixed(0)} µs (lowest ${lowest}), ${overBare} × bare, ${overFirst} × the first build, ${residentMb(contestant.pid!).toFixed(0)} MB`,
    );
  }
}

/** A profile is written at a proper end only. */
async function end(contestant: Contestant): Promise<void> {
  if (options.profile && contestant.subject === "openclaw") {
    process.kill(contestant.pid!, "SIGTERM");
    await sleep(3_000);
  }
  await contestant.stop();
}

await measureAll();
process.exit();
