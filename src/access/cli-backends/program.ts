// One run of a program that answers by lines: bounded in time and output, alone in its process group, which ends with
// it. What it told is handed on as it comes.
import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import { stat } from "node:fs/promises";
import { OWN_GROUP, signalGroup } from "../../secrets/own-group.ts";
import { Lines } from "./lines.ts";
import type { ProgramEnd, ProgramOrder } from "./program-order.ts";

/** How long it may take to end by itself when it is asked to. */
const GRACE_MS = 1000;
/** A program whose answer is complete may still write down its session. */
const WRAP_UP_MS = 5000;
/** One that has ended may have left its output to a child of its own, out of its group. */
const AFTER_EXIT_MS = 2000;
const STDERR_CHARS = 2000;
/** Node's timers ring at once for longer times. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

export class Program {
  /** Resolves when it is gone; never rejects. */
  readonly ended: Promise<ProgramEnd>;
  readonly #order: ProgramOrder;
  readonly #line: (text: string) => void;
  readonly #lines = new Lines();
  #resolve: (end: ProgramEnd) => void = () => undefined;
  #child: ChildProcess | undefined;
  #printed = { chars: 0, lines: 0 };
  #stderr = "";
  #paused = false;
  #stopped: ProgramEnd | undefined;
  #silence: NodeJS.Timeout | undefined;
  #whole: NodeJS.Timeout | undefined;
  #killing: NodeJS.Timeout | undefined;
  #left: NodeJS.Timeout | undefined;
  #asked = false;
  #failing = false;
  #over = false;

  constructor(order: ProgramOrder, line: (text: string) => void) {
    this.#order = order;
    this.#line = line;
    this.ended = new Promise((resolve) => (this.#resolve = resolve));
    this.#start();
  }

  pause(): void {
    this.#paused = true;
    clearTimeout(this.#silence);
    this.#child?.stdout?.pause();
  }

  resume(): void {
    this.#paused = false;
    this.#listen();
    this.#child?.stdout?.resume();
  }

  /** Asked first, then ended, with all that it started. */
  stop(): void {
    if (this.#over || this.#asked) return;
    this.#asked = true;
    clearTimeout(this.#killing);
    this.#signal("SIGTERM");
    this.#drain();
    this.#killing = setTimeout(() => this.#signal("SIGKILL"), GRACE_MS);
  }

  /** Its answer is complete: what more it says is not wanted. */
  wrapUp(): void {
    if (this.#over || this.#killing) return;
    this.#drain();
    this.#killing = setTimeout(() => this.#signal("SIGKILL"), WRAP_UP_MS);
  }

  /** Nobody waits for what it prints now. */
  #drain(): void {
    clearTimeout(this.#silence);
    this.#paused = false;
    this.#child?.stdout?.resume();
  }

  #start(): void {
    const { command, args, env, cwd, input, timeoutMs, warden } = this.#order;
    try {
      const child = spawn(command, args, {
        cwd,
        env,
        stdio: ["pipe", "pipe", "pipe"],
        ...OWN_GROUP,
      });
      this.#child = child;
      child.on("error", (error) => void this.#failed(error));
      child.on("exit", (...how) => this.#exited(...how));
      child.on("close", (...how) => this.#ended(...how));
      child.stdout.on("data", (chunk: Buffer) => this.#heard(chunk)).on("error", () => undefined);
      child.stderr.setEncoding("utf8").on("error", () => undefined);
      child.stderr.on("data", (text: string) => (this.#stderr = (this.#stderr + text).slice(-STDERR_CHARS)));
      child.stdin.on("error", () => undefined).end(input);
      if (child.pid !== undefined) warden.hold(child.pid);
      this.#listen();
      this.#whole = setTimeout(
        () => this.#giveUp("cli_silent", `did not end within ${Math.round(timeoutMs / 1000)} s`),
        Math.min(timeoutMs, LONGEST_TIMER_MS),
      );
    } catch (error) {
      void this.#failed(error as NodeJS.ErrnoException);
    }
  }

  async #failed({ code: errno = "unknown" }: NodeJS.ErrnoException): Promise<void> {
    this.#failing = true;
    // A folder that is gone is told as a program that is not there.
    const folder = errno === "ENOENT" && (await stat(this.#order.cwd).catch(() => undefined));
    const isGone = folder === undefined || (folder && !folder.isDirectory());
    this.#finish({ kind: "unstarted", errno: isGone ? "ENOTDIR" : errno });
  }

  #heard(chunk: Buffer): void {
    if (this.#over || this.#stopped) return;
    this.#listen();
    const { mostChars, mostLines } = this.#order;
    this.#printed.chars += chunk.length;
    if (this.#printed.chars > mostChars)
      return this.#giveUp("cli_flooded", `printed more than ${mostChars} characters`);
    for (const line of this.#lines.add(chunk)) {
      if (++this.#printed.lines > mostLines)
        return this.#giveUp("cli_flooded", `printed more than ${mostLines} lines`);
      this.#line(line);
    }
  }

  /** For so long it may be silent. */
  #listen(): void {
    clearTimeout(this.#silence);
    const { silenceMs } = this.#order;
    if (this.#over || this.#paused || this.#killing) return;
    this.#silence = setTimeout(
      () => this.#giveUp("cli_silent", `printed nothing for ${Math.round(silenceMs / 1000)} s`),
      Math.min(silenceMs, LONGEST_TIMER_MS),
    );
  }

  #giveUp(code: "cli_silent" | "cli_flooded", why: string): void {
    this.#stopped ??= { kind: "stopped", code, why };
    this.stop();
  }

  /** Whatever it started goes with it. What it printed is still on its way; Node hands it on, paused or not. */
  #exited(...how: [number | null, string | null]): void {
    this.#signal("SIGKILL");
    this.#left = setTimeout(() => this.#ended(...how), AFTER_EXIT_MS);
  }

  #ended(exit: number | null, signal: string | null): void {
    if (this.#over || this.#failing) return;
    const last = this.#lines.end();
    if (last.trim() !== "" && !this.#stopped) this.#line(last);
    this.#finish(this.#stopped ?? { kind: "ended", exit, signal, stderr: this.#stderr });
  }

  #finish(end: ProgramEnd): void {
    if (this.#over) return;
    this.#signal("SIGKILL");
    this.#over = true;
    for (const timer of [this.#silence, this.#whole, this.#killing, this.#left]) clearTimeout(timer);
    this.#child?.stdout?.destroy();
    this.#child?.stderr?.destroy();
    if (this.#child?.pid !== undefined) this.#order.warden.release(this.#child.pid);
    this.#resolve(end);
  }

  #signal(signal: "SIGTERM" | "SIGKILL"): void {
    if (this.#child && !this.#over) signalGroup(this.#child, signal);
  }
}
