// How long until there is something: the gateway's first good answer, a command's whole life; and what a
// gateway takes while nobody asks it anything.
import { execFile } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import type { Contestant, Subject } from "../contestants.ts";
import { gatewayHome, MAIN, START, startGatewayIn } from "../contestants.ts";
import type { Home } from "../home.ts";
import type { Bench } from "../measure.ts";
import { fineCpuSeconds, residentMb } from "../processes.ts";
import { mean, rotated } from "../stats.ts";
import type { Table } from "../table.ts";
import { BETWEEN, RATIOS, Rows } from "../table.ts";

const EMPTY = ["-e", "0"];
const COMMANDS = [["models", "status", "--json"], ["--version"]];
const PROFILES = 20;
const PAIRS_PER_ROUND = 5;
const NODE = "node -e 0";

export async function start(bench: Bench): Promise<Table[]> {
  const homes: Home[] = [gatewayHome(bench.upstream), gatewayHome(bench.upstream, PROFILES)];
  const [one, many] = homes as [Home, Home];
  try {
    const gateways = await measureGateways(bench, one);
    return bench.subjects.includes("openclaw") ? [gateways, await measureCommands(bench, many)] : [gateways];
  } finally {
    for (const home of homes) home.remove();
  }
}

async function measureGateways(bench: Bench, home: Home): Promise<Table> {
  const rows = new Rows();
  const subjects = bench.subjects.filter((subject) => subject !== "direct");
  const launch = (subject: Subject) =>
    subject === "openclaw" ? startGatewayIn(home) : START[subject](bench.upstream);
  // The first start of all fills caches of compiled code; a user meets it once.
  for (const subject of subjects) await (await launch(subject)).stop();
  for (let round = 0; round < bench.rounds; round++) {
    bench.progress(`start and idle, round ${round + 1} of ${bench.rounds}`);
    for (const subject of rotated(subjects, round)) {
      const nodeMs = (await timeProcess(EMPTY, home)).wallMs;
      const contestant = await launch(subject);
      try {
        if (contestant.readyMs)
          rows.add("ready after Node's own start", "ms", subject, contestant.readyMs - nodeMs);
        await recordIdle(rows, contestant, bench.quick ? 1_000 : 5_000);
      } finally {
        await contestant.stop();
      }
    }
  }
  return { title: "Start and idle", subjects: BETWEEN, ratios: RATIOS, rows: rows.list() };
}

async function recordIdle(rows: Rows, { subject, pid }: Contestant, forMs: number): Promise<void> {
  await sleep(2_000);
  rows.add("idle memory", "MB", subject, residentMb(pid!));
  const before = fineCpuSeconds(pid!);
  await sleep(forMs);
  rows.add("idle CPU", "% of a core", subject, ((fineCpuSeconds(pid!) - before) / forMs) * 100_000);
}

async function measureCommands(bench: Bench, home: Home): Promise<Table> {
  const rows = new Rows();
  for (const command of COMMANDS) await timeProcess([MAIN, ...command], home);
  for (let round = 0; round < bench.rounds; round++) {
    bench.progress(`commands, round ${round + 1} of ${bench.rounds}`);
    for (const command of COMMANDS) await comparePairs(rows, command, home);
  }
  return {
    title: `Commands, ${PROFILES} profiles`,
    subjects: ["openclaw", NODE],
    ratios: [{ over: "openclaw", under: NODE }],
    rows: rows.list(),
  };
}

/** The command and an empty Node, alternately, each first as often as the other. */
async function comparePairs(rows: Rows, command: readonly string[], home: Home): Promise<void> {
  const programs = [
    { subject: "openclaw", args: [MAIN, ...command], times: [] as ProcessTime[] },
    { subject: NODE, args: EMPTY, times: [] as ProcessTime[] },
  ];
  for (let pair = 0; pair < PAIRS_PER_ROUND; pair++)
    for (const { args, times } of rotated(programs, pair)) times.push(await timeProcess(args, home));
  for (const { subject, times } of programs) {
    rows.add(`${command.join(" ")}, CPU`, "ms", subject, mean(times.map(({ cpuMs }) => cpuMs)));
    rows.add(`${command.join(" ")}, wall`, "ms", subject, mean(times.map(({ wallMs }) => wallMs)));
  }
}

interface ProcessTime {
  readonly wallMs: number;
  /** user and system */
  readonly cpuMs: number;
}

/** The shell's own `time` knows what a finished child used, to the millisecond: real, user, system. */
const TIMED = `TIMEFORMAT="%R %U %S"; time "$@" >/dev/null 2>&1`;

export async function timeProcess(args: readonly string[], home: Home): Promise<ProcessTime> {
  const { stderr } = await promisify(execFile)("bash", ["-c", TIMED, "bench", process.execPath, ...args], {
    env: { ...home.env, LC_ALL: "C" },
    timeout: 20_000,
  });
  const [real, user, system] = stderr.trim().split(" ").map(Number);
  return { wallMs: real! * 1000, cpuMs: (user! + system!) * 1000 };
}
