// Two ways to run a command of a case: inside this process, with everything handed in, or as a user does.
import { spawn } from "node:child_process";
import type { CommandDeps } from "../../src/access/open-deps.ts";
import { openDeps } from "../../src/access/open-deps.ts";
import { runCommandLine } from "../../src/cli/main.ts";
import type { CapturedIo } from "../support/captured-io.ts";
import { capturedIo } from "../support/captured-io.ts";
import type { Said } from "../support/cli.ts";
import { runInTerminal } from "./typed.ts";
import { ENTRY } from "../support/entry.ts";

export interface Invocation {
  readonly argv: readonly string[];
  readonly stdin: string;
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly tty?: readonly { readonly after: string; readonly send: string }[] | undefined;
}

export type Door = (invocation: Invocation) => Promise<Said>;

/** The command line's own entry. What a terminal is needed for runs as a process on one. */
export const inProcess: Door = async (invocation) => {
  if (invocation.tty) return onTerminal(invocation);
  const { argv, stdin, env } = invocation;
  const io: CapturedIo = capturedIo({ stdin });
  let opened: CommandDeps | undefined;
  const deps = async () =>
    (opened ??= openDeps({
      processEnv: env,
      now: Date.now,
      version: "0.0.0-test",
      osHome: env["HOME"] ?? "/",
    }));
  try {
    const exit = await runCommandLine(argv, io, deps);
    return { exit, ...io.said() };
  } finally {
    await opened?.close();
  }
};

export const asProcess: Door = async (invocation) => {
  if (invocation.tty) return onTerminal(invocation);
  const { argv, stdin, env, cwd } = invocation;
  const child = spawn(process.execPath, [ENTRY, ...argv], { env, cwd });
  const said = { out: "", err: "" };
  child.stdout.setEncoding("utf8").on("data", (text: string) => (said.out += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (said.err += text));
  child.stdin.on("error", () => {}).end(stdin);
  return await new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (exit) => resolve({ exit, ...said }));
  });
};

const onTerminal = ({ argv, env, cwd, tty = [] }: Invocation): Promise<Said> =>
  runInTerminal([process.execPath, ENTRY, ...argv], { env, cwd, typed: tty });
