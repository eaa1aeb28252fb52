// One run of a program that was told to print secrets: bounded in time and output, alone with the environment that it
// is given. What it writes to stderr is never shown: it may hold what it was about to print.
import type { ChildProcessByStdio } from "node:child_process";
import { spawn } from "node:child_process";
import type { Readable, Writable } from "node:stream";
import { OWN_GROUP, signalGroup } from "./own-group.ts";
import { codeOf } from "./trusted-path.ts";

export interface ProgramRun {
  /** what is started */
  readonly path: string;
  /** the name it is started by, which some programs go by */
  readonly name: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly input: string;
  readonly timeoutMs: number;
  /** longest silence */
  readonly noOutputTimeoutMs: number;
  readonly maxOutputBytes: number;
  readonly signal?: AbortSignal | undefined;
}

export type ProgramOutput = { readonly output: string } | { readonly problem: string };

type Child = ChildProcessByStdio<Writable, Readable, Readable>;

/** A program that has ended may have left its output to a child of its own: it is not waited for longer. */
const OUTPUT_ENDS_WITHIN_MS = 300;

/** Never rejects. Afterwards the program is gone. */
export function runProgram(run: ProgramRun): Promise<ProgramOutput> {
  const { promise, resolve } = Promise.withResolvers<ProgramOutput>();
  let child: Child;
  try {
    child = spawn(run.path, run.args, {
      argv0: run.name,
      env: { ...run.env },
      cwd: run.cwd,
      stdio: ["pipe", "pipe", "pipe"],
      ...OWN_GROUP,
    });
  } catch (error) {
    return Promise.resolve({ problem: `it cannot be started (${codeOf(error)})` });
  }
  watch(child, run, resolve);
  child.stdin.on("error", () => undefined).end(run.input);
  return promise;
}

function watch(child: Child, run: ProgramRun, resolve: (output: ProgramOutput) => void): void {
  const chunks: Buffer[] = [];
  let size = 0;
  let over = false;
  const { timeoutMs, noOutputTimeoutMs, maxOutputBytes, signal } = run;
  const finish = (result: ProgramOutput, kill = true) => {
    if (over) return;
    over = true;
    clearTimeout(whole);
    clearTimeout(silence);
    clearTimeout(ending);
    signal?.removeEventListener("abort", aborted);
    if (kill) signalGroup(child, "SIGKILL");
    child.stdout.destroy();
    child.stderr.destroy();
    child.unref();
    resolve(result);
  };
  const aborted = () => finish({ problem: "it was stopped" });
  const whole = setTimeout(() => finish({ problem: `it did not answer within ${timeoutMs} ms` }), timeoutMs);
  const silent = () => finish({ problem: `it printed nothing for ${noOutputTimeoutMs} ms` });
  let silence = setTimeout(silent, noOutputTimeoutMs);
  let ending: NodeJS.Timeout | undefined;
  signal?.addEventListener("abort", aborted, { once: true });
  const heard = (chunk: Buffer, kept: boolean) => {
    size += chunk.length;
    if (kept) chunks.push(chunk);
    if (size > maxOutputBytes) return finish({ problem: `it printed more than ${maxOutputBytes} bytes` });
    clearTimeout(silence);
    silence = setTimeout(silent, noOutputTimeoutMs);
  };
  child.stdout.on("data", (chunk: Buffer) => heard(chunk, true)).on("error", () => undefined);
  child.stderr.on("data", (chunk: Buffer) => heard(chunk, false)).on("error", () => undefined);
  const ended = (code: number | null, by: NodeJS.Signals | null) => {
    if (code === 0) return finish({ output: Buffer.concat(chunks).toString("utf8") }, false);
    finish({ problem: code === null ? `it was ended by ${by}` : `it ended with exit code ${code}` });
  };
  child.on("error", (error) => finish({ problem: `it cannot be started (${codeOf(error)})` }));
  child.on("exit", (code, by) => {
    if (!over) ending = setTimeout(() => ended(code, by), OUTPUT_ENDS_WITHIN_MS);
  });
  child.on("close", ended);
}
