// The command line at a terminal of its own. The pseudo-terminal comes from `script`, which is part of every
// Debian, Fedora, macOS and BSD system; without it these tests fail and say so.
import { spawn } from "node:child_process";
import { ENTRY } from "./entry.ts";

const LIMIT_MS = 120_000;

/**
 * Keys, sent once the screen shows `after`; what was matched before does not count again. A function is told the
 * match, and may do what a person does elsewhere, such as in a browser.
 */
export interface Keys {
  readonly after: RegExp;
  readonly send: string | ((shown: RegExpExecArray) => string | Promise<string>);
}

export interface TerminalOptions {
  readonly redirect?: string;
  readonly size?: string;
  readonly env?: Readonly<Record<string, string>>;
}

export interface Screen {
  readonly exit: number | null;
  /** all that was shown, without control sequences */
  readonly text: string;
  /** the settings of the terminal after the program: `icanon echo` when it is as it was */
  readonly settings: string;
}

export const ENTER = "\r";
export const DOWN = "\x1b[B";
export const CTRL_C = "\x03";
export const CTRL_D = "\x04";

const MARK = "== settings ==";

/** Runs `openclaw …words` at a terminal; `home` as in `cliHome`. */
export function atTerminal(
  home: string,
  words: readonly string[],
  keys: readonly Keys[],
  { redirect = "", size = "cols 80 rows 24", env: more = {} }: TerminalOptions = {},
): Promise<Screen> {
  const program = [process.execPath, ENTRY, ...words].map(quoted).join(" ");
  const line = `stty ${size}; ${program} ${redirect}; code=$?; echo '${MARK}'; stty -a; exit $code`;
  const flags =
    process.platform === "linux" ? ["-qefc", line, "/dev/null"] : ["-qe", "/dev/null", "sh", "-c", line];
  const env = {
    PATH: process.env["PATH"] ?? "",
    HOME: home,
    NO_COLOR: "1",
    TZ: "UTC",
    TERM: "xterm",
    SHELL: "/bin/sh",
    ...more,
  };
  const child = spawn("script", flags, { env, cwd: home });
  return new Promise((resolve, reject) => {
    let shown = "";
    let seen = 0;
    const waiting = [...keys];
    const type = async (send: Keys["send"], match: RegExpExecArray) => {
      try {
        child.stdin.write(typeof send === "string" ? send : await send(match));
      } catch (error) {
        child.kill("SIGKILL");
        reject(error);
      }
    };
    const next = () => {
      const match = waiting[0]?.after.exec(plain(shown.slice(seen)));
      if (!match) return;
      seen = shown.length;
      void type(waiting.shift()!.send, match);
    };
    child.stdin.on("error", () => {});
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      shown += text;
      next();
    });
    const limit = setTimeout(() => child.kill("SIGKILL"), LIMIT_MS);
    child.on("error", (error) => {
      clearTimeout(limit);
      reject(new Error("This test needs the program `script` (util-linux or BSD).", { cause: error }));
    });
    child.on("close", (exit) => {
      clearTimeout(limit);
      const [text = "", settings = ""] = plain(shown).split(MARK);
      if (waiting.length > 0) reject(new Error(`Never shown: ${waiting[0]!.after}. The screen:\n${text}`));
      else resolve({ exit, text, settings });
    });
  });
}

const quoted = (word: string): string => `'${word.replaceAll("'", "'\\''")}'`;

const plain = (text: string): string =>
  // oxlint-disable-next-line no-control-regex
  text.replaceAll(/\x1b\[[0-9;?]*[A-Za-z]|\x1b\][^\x07]*\x07/g, "");
