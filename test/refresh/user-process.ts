// The harness's side of `login-user.ts`: start it, ask it, hear its stages, kill it.
import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Ask, Said } from "./user-protocol.ts";

export type Stage = Extract<Said, { stage: unknown }>;
export type Answer = Exclude<Said, Stage | { ready: true }>;

export interface LoginUser {
  readonly child: ChildProcess;
  /** `undefined`: it was killed before it answered */
  ask(ask: Ask): Promise<Answer | undefined>;
  onStage: (stage: Stage) => void;
  /** resolves when it is gone and all it said was heard */
  readonly ended: Promise<unknown>;
}

export interface UserOptions {
  readonly home: string;
  readonly agent?: string;
  /** a program and its arguments that starts it */
  readonly under?: readonly string[];
  /** who it runs as */
  readonly as?: { readonly uid?: number; readonly gid?: number };
}

const SCRIPT = join(import.meta.dirname, "login-user.ts");

let compiled: Promise<string> | undefined;

/** Thousands of them are started: what they run is compiled once, by one that may end in peace. */
async function compileCache(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "login-user-"));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  const env = { ...process.env, NODE_COMPILE_CACHE: folder };
  const child = spawn(process.execPath, [SCRIPT, folder, "main"], { env, stdio: "ignore" });
  await once(child, "close");
  return folder;
}

export async function startUser({ home, agent = "main", under = [], as }: UserOptions): Promise<LoginUser> {
  const env = { ...process.env, NODE_COMPILE_CACHE: await (compiled ??= compileCache()) };
  const [program, ...args] = [...under, process.execPath, SCRIPT, home, agent];
  const child = spawn(program!, args, {
    ...as,
    env,
    stdio: ["pipe", "pipe", "inherit"],
  });
  child.stdin.on("error", () => undefined);
  const ready = Promise.withResolvers<undefined>();
  let waiting: ((answer: Answer | undefined) => void) | undefined;
  const user: LoginUser = {
    child,
    ask(ask) {
      const { promise, resolve } = Promise.withResolvers<Answer | undefined>();
      waiting = resolve;
      child.stdin.write(`${JSON.stringify(ask)}\n`);
      return promise;
    },
    onStage: () => undefined,
    ended: once(child, "close"),
  };
  createInterface({ input: child.stdout }).on("line", (line) => {
    const said = JSON.parse(line) as Said;
    if ("ready" in said) ready.resolve(undefined);
    else if ("stage" in said) user.onStage(said);
    else waiting?.(said);
  });
  void user.ended.then(() => {
    ready.resolve(undefined);
    waiting?.(undefined);
  });
  await ready.promise;
  return user;
}
