// A command on a pseudo-terminal, with somebody typing: util-linux's `script` makes the terminal.
import { spawn } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import type { Said } from "../support/cli.ts";

export interface TerminalOptions {
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly typed: readonly { readonly after: string; readonly send: string }[];
}

/** A prompt is drawn before it listens; what is typed earlier than that is lost. */
const PROMPT_SETTLES_MS = 300;
const LIMIT_MS = 120_000;

/** Each input is sent once its pattern was printed, without regard to blanks and case. */
export async function runInTerminal(words: readonly string[], options: TerminalOptions): Promise<Said> {
  const quoted = words.map((word) => `'${word.replaceAll("'", String.raw`'\''`)}'`).join(" ");
  const env = { ...options.env, TERM: "xterm" };
  const child = spawn("script", ["-qfec", quoted, "/dev/null"], { env, cwd: options.cwd });
  let [out, seen] = ["", 0];
  child.stdout.setEncoding("utf8").on("data", (text: string) => (out += text));
  child.stdin.on("error", () => {});
  const limit = setTimeout(() => child.kill("SIGKILL"), LIMIT_MS);
  const ended = new Promise<number | null>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", resolve);
  });
  const unasked = [...options.typed];
  const typing = async () => {
    for (const { after, send } of options.typed) {
      const asked = new RegExp(after, "i");
      while (!asked.test(bare(out.slice(seen)))) {
        if (child.exitCode !== null || child.signalCode !== null) return;
        await sleep(20);
      }
      await sleep(PROMPT_SETTLES_MS);
      seen = out.length;
      child.stdin.write(send);
      unasked.shift();
    }
  };
  const [exit] = await Promise.all([ended, typing()]);
  clearTimeout(limit);
  child.stdin.end();
  return { exit, out, err: unasked.map(({ after }) => `Nothing asked for /${after}/.`).join("\n") };
}

/** The words on the screen without escapes and blanks. */
const bare = (text: string): string =>
  // oxlint-disable-next-line no-control-regex
  text.replaceAll(/\u001B\[[0-9;?]*[A-Za-z]|\u001B\][^\u0007]*\u0007/g, "").replaceAll(/\s+/g, "");
