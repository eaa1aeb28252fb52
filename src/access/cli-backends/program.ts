// One run of a program that answers by lines: bounded in time and output, alone in its process group, which ends with
// it. What it told is handed on as it comes.
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { StringDecoder } from "node:string_decoder";

export interface ProgramOrder {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly input: string;
  /** longest silence, ms */
  readonly silenceMs: number;
  /** all of it, ms */
  readonly timeoutMs: number;
  readonly mostChars: number;
  readonly mostLines: number;
}

export type ProgramEnd =
  | {
      readonly kind: "ended";
      readonly exit: number | null;
      readonly signal: string | null;
      /** the end of it, short */
      readonly stderr: string;
    }
  | { readonly kind: "missing" }
  /** It was ended; `why` is a clause. */
  | {
      readonly kind: "stopped";
      readonly code: "cli_silent" | "cli_flooded" | "cli_died";
      readonly why: string;
    };

/** How long it may take to end by itself when it is asked to. */
const GRACE_MS = 1000;
/** A program whose answer is complete may still write down its session. */
const WRAP_UP_MS = 5000;
/** One that has ended may have left its output to a child of its own. */
const AFTER_EXIT_MS = 500;
const STDERR_CHARS = 2000;

export class Program {
  /** Resolves when it is gone; never rejects. */
  readonly ended: Promise<ProgramEnd>;
  readonly #order: ProgramOrder;
  readonly #line: (text: string) => void;
  readonly #decoder = new StringDecoder("utf8");
  #resolve: (end: ProgramEnd) => void = () => undefined;
  #child: ChildProcess | undefined;
  #rest = "";
  #searched = 0;
  #chars = 0;
  #lines = 0;
  #stderr = "";
  #paused = false;
  #stopped: ProgramEnd | undefined;
  #silence: NodeJS.Timeout | undefined;
  #whole: NodeJS.Timeout | undefined;
  #killing: NodeJS.Timeout | undefined;
  #asked = false;
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
    this.#hush();
    this.#child?.stdout?.resume();
  }

  /** Asked first, then ended, with all that it started. */
  stop(): void {
    if (this.#over || this.#asked) return;
    this.#asked = true;
    clearTimeout(this.#silence);
    clearTimeout(this.#killing);
    this.#signal("SIGTERM");
    this.#child?.stdout?.resume();
    this.#killing = setTimeout(() => this.kill(), GRACE_MS);
  }

  /** Its answer is complete: what more it says is not wanted. */
  wrapUp(): void {
    if (this.#over || this.#killing) return;
    clearTimeout(this.#silence);
    this.#child?.stdout?.resume();
    this.#killing = setTimeout(() => this.kill(), WRAP_UP_MS);
  }

  kill(): void {
    this.#signal("SIGKILL");
  }

  #start(): void {
    const { command, args, env, cwd, input, timeoutMs } = this.#order;
    try {
      const child = spawn(command, args, {
        cwd,
        env,
        stdio: ["pipe", "pipe", "pipe"],
        detached: process.platform !== "win32",
        windowsHide: true,
      });
      this.#child = child;
      child.on("error", (error: NodeJS.ErrnoException) => this.#failed(error));
      child.on("exit", (...how) => this.#exited(...how));
      child.on("close", (...how) => this.#ended(...how));
      child.stdout.on("data", (chunk: Buffer) => this.#heard(chunk)).on("error", () => undefined);
      child.stderr.setEncoding("utf8").on("error", () => undefined);
      child.stderr.on("data", (text: string) => (this.#stderr = (this.#stderr + text).slice(-STDERR_CHARS)));
      child.stdin.on("error", () => undefined).end(input);
      this.#hush();
      this.#whole = setTimeout(
        () => this.#giveUp("cli_silent", `did not end within ${Math.round(timeoutMs / 1000)} s`),
        Math.min(timeoutMs, LONGEST_TIMER_MS),
      );
    } catch (error) {
      this.#failed(error as NodeJS.ErrnoException);
    }
  }

  #failed(error: NodeJS.ErrnoException): void {
    const why = `cannot be started (${error.code ?? error.name})`;
    this.#stopped ??=
      error.code === "ENOENT" ? { kind: "missing" } : { kind: "stopped", code: "cli_died", why };
    this.#finish(this.#stopped);
  }

  #heard(chunk: Buffer): void {
    if (this.#over || this.#stopped) return;
    this.#hush();
    this.#chars += chunk.length;
    const { mostChars, mostLines } = this.#order;
    if (this.#chars > mostChars)
      return this.#giveUp("cli_flooded", `printed more than ${mostChars} characters`);
    this.#rest += this.#decoder.write(chunk);
    for (;;) {
      const end = this.#rest.indexOf("\n", this.#searched);
      if (end === -1) break;
      const text = this.#rest.slice(0, end);
      this.#rest = this.#rest.slice(end + 1);
      this.#searched = 0;
      if (++this.#lines > mostLines)
        return this.#giveUp("cli_flooded", `printed more than ${mostLines} lines`);
      this.#line(text);
    }
    this.#searched = this.#rest.length;
  }

  #hush(): void {
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

  /** Whatever it started goes with it. */
  #exited(exit: number | null, signal: string | null): void {
    this.kill();
    setTimeout(() => this.#ended(exit, signal), AFTER_EXIT_MS).unref();
  }

  #ended(exit: number | null, signal: string | null): void {
    if (this.#over) return;
    this.kill();
    const last = this.#rest + this.#decoder.end();
    this.#rest = "";
    if (last.trim() !== "" && !this.#stopped) this.#line(last);
    this.#finish(this.#stopped ?? { kind: "ended", exit, signal, stderr: this.#stderr });
  }

  #finish(end: ProgramEnd): void {
    if (this.#over) return;
    this.#over = true;
    for (const timer of [this.#silence, this.#whole, this.#killing]) clearTimeout(timer);
    this.#child?.stdout?.destroy();
    this.#child?.stderr?.destroy();
    this.#resolve(end);
  }

  #signal(signal: "SIGTERM" | "SIGKILL"): void {
    const pid = this.#child?.pid;
    if (pid === undefined || this.#over) return;
    try {
      if (process.platform === "win32") this.#child?.kill(signal);
      else process.kill(-pid, signal);
    } catch {
      // It is gone already.
    }
  }
}

/** Node's timers ring at once for longer times. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;
