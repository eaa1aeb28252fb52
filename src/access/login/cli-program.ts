// Asks a program of somebody else's one question, and takes only so much of an answer, for only so long. It gets
// no shell, no terminal, and of the environment only what it needs to find its own login: no key of ours.
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { parse } from "node:path";
import { OWN_GROUP, signalGroup } from "../../secrets/own-group.ts";

type Environment = Readonly<Record<string, string | undefined>>;

export interface Question {
  /** a name on `PATH`, or a path */
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Environment;
  /** on top of what of `env` is passed on */
  readonly own?: Readonly<Record<string, string>>;
  readonly timeoutMs?: number;
  /** ends it */
  readonly signal?: AbortSignal | undefined;
}

export type ProgramAnswer =
  | { readonly kind: "ended"; readonly exit: number | null; readonly out: string }
  | { readonly kind: "not_found" }
  /** `why`: a clause, `did not answer within 15 s` */
  | { readonly kind: "failed"; readonly why: string };

const TIMEOUT_MS = 15_000;
const AFTER_EXIT_MS = 500;
const MOST_BYTES = 64 * 1024;

/** What a program needs to be the user's own: where things are, and how to speak. */
const PASSED_ON =
  /^(PATH|PATHEXT|HOME|USER|LOGNAME|SHELL|LANG|LC_\w+|TZ|TMPDIR|TEMP|TMP|XDG_\w+|USERPROFILE|APPDATA|LOCALAPPDATA|HOMEDRIVE|HOMEPATH|SYSTEMROOT|WINDIR|CLAUDE_CONFIG_DIR)$/i;

/** The question is about this machine: nothing is to be fetched, reported or replaced for it. */
const QUIET = {
  NO_COLOR: "1",
  CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
  DISABLE_AUTOUPDATER: "1",
  DISABLE_TELEMETRY: "1",
  DISABLE_ERROR_REPORTING: "1",
};

export const isPassedOn = (name: string): boolean => PASSED_ON.test(name);

export const environmentFor = (env: Environment): Record<string, string> => ({
  ...Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) =>
      value !== undefined && isPassedOn(name) ? [[name, value]] : [],
    ),
  ),
  ...QUIET,
});

/** Never rejects. Whatever the program started goes with it. */
export function askProgram(question: Question): Promise<ProgramAnswer> {
  const { timeoutMs = TIMEOUT_MS, signal } = question;
  return new Promise((resolve) => {
    const child = start(question);
    if (!child) return resolve(failed("cannot be started"));
    const answer = new Answer(child, (result) => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", left);
      // A script's own children would keep its pipe open.
      child.stdout?.destroy();
      signalGroup(child, "SIGKILL");
      resolve(result);
    });
    const left = () => answer.fail("was left alone");
    const timer = setTimeout(() => answer.fail(`did not answer within ${timeoutMs / 1000} s`), timeoutMs);
    signal?.addEventListener("abort", left, { once: true });
  });
}

/** Not in the folder that we are in: the settings of a project must not decide what is answered. */
function start({ command, args, env, own }: Question): ChildProcess | undefined {
  try {
    return spawn(command, args, {
      cwd: parse(process.execPath).root,
      env: { ...environmentFor(env), ...own },
      stdio: ["ignore", "pipe", "ignore"],
      ...OWN_GROUP,
    });
  } catch {
    return undefined;
  }
}

/** What came of it, told once. */
class Answer {
  #done: ((answer: ProgramAnswer) => void) | undefined;
  readonly #chunks: Buffer[] = [];
  #bytes = 0;

  constructor(child: ChildProcess, done: (answer: ProgramAnswer) => void) {
    this.#done = done;
    child.stdout?.on("data", (chunk: Buffer) => this.#take(chunk));
    child.on("error", (error: NodeJS.ErrnoException) =>
      this.#end(
        error.code === "ENOENT" ? { kind: "not_found" } : failed(`cannot be started (${error.code})`),
      ),
    );
    const ended = (exit: number | null, signal: string | null) =>
      this.#end(signal ? failed(`was ended by ${signal}`) : this.#all(exit));
    child.on("close", ended);
    // What it left running may keep the pipe open; what it said itself is there by then.
    child.on("exit", (...how) => setTimeout(() => ended(...how), AFTER_EXIT_MS).unref());
  }

  fail(why: string): void {
    this.#end(failed(why));
  }

  #take(chunk: Buffer): void {
    this.#bytes += chunk.length;
    if (this.#bytes > MOST_BYTES) this.fail(`said more than ${MOST_BYTES / 1024} KB`);
    else this.#chunks.push(chunk);
  }

  #all(exit: number | null): ProgramAnswer {
    return { kind: "ended", exit, out: Buffer.concat(this.#chunks).toString("utf8") };
  }

  #end(answer: ProgramAnswer): void {
    const done = this.#done;
    this.#done = undefined;
    done?.(answer);
  }
}

const failed = (why: string): ProgramAnswer => ({ kind: "failed", why });
