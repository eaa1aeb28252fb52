// Child processes of a bench run, and what Linux knows of their CPU time and memory. None outlives the run.
import type { ChildProcess } from "node:child_process";
import { fork, spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import type { AddressInfo, Server } from "node:net";
import { createServer } from "node:net";
import { resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const running = new Set<ChildProcess>();
process.on("exit", () => running.forEach((child) => child.kill("SIGKILL")));

/** A file of this folder, or a path, in a process of its own; the first thing that it sends is `ready`. */
export async function startHelper(file: string, args: readonly string[] = []) {
  const child = watched(
    fork(resolve(import.meta.dirname, file), args, {
      serialization: "advanced",
      stdio: ["ignore", "ignore", "inherit", "ipc"],
    }),
  );
  return { child, ready: await nextMessage<unknown>(child) };
}

/** Tells the parent where a server of ours listens, and ends with the parent. */
export function reportPort(server: Server): void {
  process.send!((server.address() as AddressInfo).port);
  process.once("disconnect", () => process.exit());
}

export interface Program {
  readonly child: ChildProcess;
  /** by `performance.now()`, just before the process was there */
  readonly startedAt: number;
}

/** A program of Node in a process of its own. What it says at its end is shown when it fails. */
export function startProgram(args: readonly string[], env: NodeJS.ProcessEnv): Program {
  const startedAt = performance.now();
  const child = watched(spawn(process.execPath, args, { env, stdio: ["ignore", "ignore", "pipe"] }));
  let lastWords = "";
  child.stderr!.on("data", (text: Buffer) => void (lastWords = (lastWords + text.toString()).slice(-2_000)));
  child.once("exit", (code, signal) => {
    if (code !== 0 && signal !== "SIGKILL")
      process.stderr.write(`${args[0]} ended (${code}):\n${lastWords}\n`);
  });
  return { child, startedAt };
}

function watched(child: ChildProcess): ChildProcess {
  running.add(child);
  child.once("exit", () => running.delete(child));
  return child;
}

export async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill("SIGKILL");
  await once(child, "exit");
}

/** The child's next message; its end instead is an error. */
export async function nextMessage<T>(child: ChildProcess): Promise<T> {
  const ended = new AbortController();
  const onExit = () => ended.abort(new Error(`A helper process ended: ${child.spawnargs.join(" ")}`));
  child.once("exit", onExit);
  try {
    const [message] = await once(child, "message", { signal: ended.signal });
    if (message instanceof Error) throw message;
    return message as T;
  } catch (error) {
    throw ended.signal.aborted ? ended.signal.reason : error;
  } finally {
    child.off("exit", onExit);
  }
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

const READY_LIMIT_MS = 20_000;

/** ms from the start of the program until `probe` first succeeds. */
export async function untilReady({ child, startedAt }: Program, probe: () => Promise<boolean>) {
  while (!(await probe())) {
    const name = child.spawnargs.join(" ");
    if (child.exitCode !== null) throw new Error(`It ended before it was ready: ${name}`);
    if (performance.now() - startedAt > READY_LIMIT_MS) throw new Error(`It does not get ready: ${name}`);
    await sleep(2);
  }
  return performance.now() - startedAt;
}

/** Linux counts these in hundredths of a second on every machine that Node runs on (USER_HZ). */
const TICKS_PER_SECOND = 100;

/** CPU seconds of a process so far: all its threads and children, also those that ended. */
export const cpuSeconds = (pid: number): number =>
  familyOf(pid).reduce((sum, { ticks }) => sum + ticks, 0) / TICKS_PER_SECOND;

/** CPU seconds of the threads that are alive, to the nanosecond: for a process that does next to nothing. */
export function fineCpuSeconds(pid: number): number {
  const threads = familyOf(pid).flatMap((process) =>
    readdirSync(`/proc/${process.pid}/task`).map((thread) => `/proc/${process.pid}/task/${thread}/schedstat`),
  );
  return threads.reduce((sum, path) => sum + Number(readFileSync(path, "utf8").split(" ")[0]) / 1e9, 0);
}

/** Resident memory of a process and its children now, in MB. */
export function residentMb(pid: number): number {
  const kilobytes = familyOf(pid).map((process) => {
    const status = readFileSync(`/proc/${process.pid}/status`, "utf8");
    return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? 0);
  });
  return kilobytes.reduce((sum, kb) => sum + kb, 0) / 1024;
}

interface ProcessStat {
  readonly pid: number;
  readonly parent: number;
  /** user and system time, with that of children that were waited for */
  readonly ticks: number;
}

function familyOf(pid: number): ProcessStat[] {
  const all = readdirSync("/proc").filter(isNumeric).map(Number).map(statOf);
  const members = new Set([pid]);
  // Children have larger numbers than their parents but for a wrap-around, which a bench does not live to see.
  for (const stat of all) if (stat && members.has(stat.parent)) members.add(stat.pid);
  return all.filter((stat): stat is ProcessStat => stat !== undefined && members.has(stat.pid));
}

const isNumeric = (name: string): boolean => /^\d+$/.test(name);

/** proc(5): the fields after the program's name, which stands in parentheses. */
function statOf(pid: number): ProcessStat | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "latin1");
    const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
    const [user, system, childrenUser, childrenSystem] = fields.slice(11, 15).map(Number);
    return { pid, parent: Number(fields[1]), ticks: user! + system! + childrenUser! + childrenSystem! };
  } catch {
    return undefined; // it ended meanwhile
  }
}
