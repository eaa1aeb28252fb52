// Conversations: what a command and a turn take at the gateway, what 500 of them hold, how soon one ends whose
// credentials are taken away.
import { setTimeout as sleep } from "node:timers/promises";
import { Agent, request } from "undici";
import type { Contestant } from "../contestants.ts";
import { gatewayHome, startGatewayIn } from "../contestants.ts";
import { Control } from "../control.ts";
import type { Home } from "../home.ts";
import type { Bench } from "../measure.ts";
import { bodyOf, FAST_MODEL } from "../payloads.ts";
import { fineCpuSeconds, residentMb } from "../processes.ts";
import { quantile } from "../stats.ts";
import type { Table } from "../table.ts";
import { Rows } from "../table.ts";
import { revocation } from "./revocation.ts";

const US = "openclaw";
const COMMANDS = ["/status", "/model", "/model list", "/model status", "/usage", "/why", "/help"];
const COMMANDS_A_ROUND = 70;
const TURNS_A_ROUND = 200;
/** A conversation is as long as that many turns make it. */
const TURNS_OF_A_SESSION = 10;
const LIVE_SESSIONS = 500;
const AT_ONCE = 8;
const AFTERMATH_MS = 400;
const WORDS = "Why is the sky blue, and since when?";

const RANKS = [
  ["p50", 0.5],
  ["p95", 0.95],
] as const;

export async function sessions(bench: Bench): Promise<Table[]> {
  if (!bench.subjects.includes(US)) return [];
  const rows = new Rows();
  const rounds = Math.min(bench.rounds, 3);
  for (let round = 0; round < rounds; round++) {
    bench.progress(`sessions, round ${round + 1} of ${rounds}`);
    // A home of its own: conversations are no longer in a later round.
    await inHome(bench, (home) => measureOnce(bench, home, rows));
  }
  const ends = await inHome(bench, (home) => revocation(bench, home, rounds));
  return [{ title: "Conversations", subjects: [US], ratios: [], rows: rows.list() }, ends];
}

async function inHome<T>(bench: Bench, use: (home: Home) => Promise<T>): Promise<T> {
  const home = gatewayHome(bench.upstream);
  try {
    // As for every start: the first fills caches of compiled code.
    await (await startGatewayIn(home)).stop();
    return await use(home);
  } finally {
    home.remove();
  }
}

async function measureOnce(bench: Bench, home: Home, rows: Rows): Promise<void> {
  const gateway = await startGatewayIn(home);
  const add = (label: string, unit: string, value: number) => rows.add(label, unit, US, value);
  try {
    await sleep(2_000);
    const idleMb = residentMb(gateway.pid!);
    const control = await Control.open(gateway.target(DIRECT_CALL).origin, home.gatewayToken);
    const live = bench.quick ? LIVE_SESSIONS / 10 : LIVE_SESSIONS;
    await haveTurns(control, live);
    await sleep(2_000);
    add(`memory of ${live} sessions over idle`, "MB", residentMb(gateway.pid!) - idleMb);
    await measureCommands(control, add);
    await measureTurns(bench, gateway, control, add);
    control.close();
  } finally {
    await gateway.stop();
  }
}

type Add = (label: string, unit: string, value: number) => void;

/** Every session one turn, some at a time. */
async function haveTurns(control: Control, count: number): Promise<void> {
  let next = 0;
  const client = async () => {
    while (next < count) await turn(control, `live-${next++}`);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, client));
}

async function turn(control: Control, sessionKey: string, words = WORDS): Promise<number> {
  const { sent, ended } = control.say(sessionKey, words);
  await sent;
  const { state, endMs } = await ended;
  if (state !== "final") throw new Error(`The turn of ${sessionKey} ended as ${state}.`);
  return endMs;
}

/** In a conversation that has rows to look at. */
async function measureCommands(control: Control, add: Add): Promise<void> {
  const times: number[] = [];
  for (const command of COMMANDS) await turn(control, "live-0", command);
  for (let i = 0; i < COMMANDS_A_ROUND; i++)
    times.push(await turn(control, "live-0", COMMANDS[i % COMMANDS.length]));
  for (const [rank, q] of RANKS) add(`chat command, ${rank}`, "ms", quantile(times, q));
}

const DIRECT_CALL = { model: FAST_MODEL, frames: 1, promptBytes: 100 };

/** A turn and the provider itself, alternately: what is beyond the provider's own time is the gateway's. */
async function measureTurns(bench: Bench, gateway: Contestant, control: Control, add: Add): Promise<void> {
  const provider = new Agent({ keepAliveTimeout: 30_000 });
  const body = bodyOf(DIRECT_CALL, FAST_MODEL);
  const direct = async () => {
    const startedAt = performance.now();
    const address = `${bench.upstream.origin}/v1/chat/completions`;
    const answer = await request(address, { method: "POST", body, dispatcher: provider });
    await answer.body.text();
    return performance.now() - startedAt;
  };
  const times = { turn: [] as number[], direct: [] as number[] };
  await direct();
  // The gateway has no part in a direct call. Asked for at each turn, its CPU would cost the turn: all of /proc is read.
  const before = fineCpuSeconds(gateway.pid!);
  for (let i = 0; i < TURNS_A_ROUND; i++) {
    times.direct.push(await direct());
    times.turn.push(await turn(control, `turns-${Math.floor(i / TURNS_OF_A_SESSION)}`));
  }
  await sleep(AFTERMATH_MS);
  const cpu = fineCpuSeconds(gateway.pid!) - before;
  for (const [rank, q] of RANKS)
    add(
      `turn beside the provider's time, ${rank}`,
      "ms",
      quantile(times.turn, q) - quantile(times.direct, q),
    );
  add("CPU of a turn", "ms", (cpu / TURNS_A_ROUND) * 1000);
  await provider.close();
}
