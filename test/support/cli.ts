// The command line as a process of its own, on a throw-away home: what a user has.
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { ENTRY } from "./entry.ts";

export interface Said {
  readonly exit: number | null;
  readonly out: string;
  readonly err: string;
}

export interface RunOptions {
  readonly stdin?: string;
  readonly env?: Record<string, string>;
  readonly interrupt?: Promise<unknown>;
  /** what it is then, in place of a Ctrl-C */
  readonly signal?: NodeJS.Signals;
  /** Told of stderr as it grows, with all that came so far. */
  readonly onErr?: (err: string) => void;
}

export interface CliHome {
  readonly path: string;
  /** Runs `openclaw …words`; `stdin` is empty unless given. Ctrl-C comes when `interrupt` resolves. */
  run(words: readonly string[], options?: RunOptions): Promise<Said>;
  /** The same with `--json`, parsed; any exit code but 0 is an error. */
  json(...words: readonly string[]): Promise<any>;
  /** Every file below the home, sorted. */
  files(): string[];
  read(file: string): string;
  write(file: string, content: string): void;
  remove(): void;
}

/** @param path of a home that is there already */
export function cliHome(path = mkdtempSync(join(tmpdir(), "cli-"))): CliHome {
  const run: CliHome["run"] = (words, { stdin = "", env = {}, interrupt, signal = "SIGINT", onErr } = {}) => {
    const surroundings = { PATH: process.env["PATH"] ?? "", HOME: path, NO_COLOR: "1", TZ: "UTC", ...env };
    const child = spawn(process.execPath, [ENTRY, ...words], { env: surroundings, cwd: path });
    void interrupt?.then(() => child.kill(signal));
    return collect(child, stdin, onErr);
  };
  return {
    path,
    run,
    async json(...words) {
      const { exit, out, err } = await run([...words, "--json"]);
      if (exit !== 0) throw new Error(`exit ${exit}: ${err}`);
      return JSON.parse(out);
    },
    files: () => readdirSync(path, { recursive: true, encoding: "utf8" }).toSorted(),
    read: (file) => readFileSync(join(path, file), "utf8"),
    write(file, content) {
      mkdirSync(dirname(join(path, file)), { recursive: true });
      writeFileSync(join(path, file), content);
    },
    remove: () => rmSync(path, { recursive: true }),
  };
}

function collect(
  child: ReturnType<typeof spawn>,
  stdin: string,
  onErr?: (err: string) => void,
): Promise<Said> {
  const said = { out: "", err: "" };
  child.stdout?.setEncoding("utf8").on("data", (text: string) => (said.out += text));
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    said.err += text;
    onErr?.(said.err);
  });
  // The program may refuse before it reads.
  child.stdin?.on("error", () => {}).end(stdin);
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (exit) => resolve({ exit, ...said }));
  });
}
