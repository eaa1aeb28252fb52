// A program at a terminal of its own, and what a person sees of it: `script` lends the pseudo-terminal, xterm draws.
import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import { eventually } from "../support/eventually.ts";

const SIZE = { cols: 96, rows: 28 };

export interface Command {
  readonly line: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
}

/** What of xterm is used; the package is installed by the test that needs it. */
interface Terminal {
  write(data: string): void;
  readonly buffer: {
    readonly active: {
      readonly baseY: number;
      getLine(y: number): { translateToString(trimRight: boolean): string } | undefined;
    };
  };
}

export class Screen {
  readonly #terminal: Terminal;
  readonly #child: ChildProcess;
  readonly ended: Promise<number | null>;

  /** @param packages a folder whose `node_modules` has `@xterm/headless` */
  constructor(packages: string, { line, env, cwd }: Command) {
    const { Terminal } = createRequire(`${packages}/`)("@xterm/headless");
    this.#terminal = new Terminal({ ...SIZE, allowProposedApi: true });
    const program = `stty cols ${SIZE.cols} rows ${SIZE.rows}; exec ${line.map(quoted).join(" ")}`;
    const flags =
      process.platform === "linux"
        ? ["-qefc", program, "/dev/null"]
        : ["-qe", "/dev/null", "sh", "-c", program];
    this.#child = spawn("script", flags, { env: { ...env, TERM: "xterm", SHELL: "/bin/sh" }, cwd });
    this.#child.stdin!.on("error", () => {});
    this.#child.stdout!.setEncoding("utf8").on("data", (text: string) => this.#terminal.write(text));
    this.ended = once(this.#child, "close").then(([code]) => code as number | null);
  }

  type(keys: string): void {
    this.#child.stdin!.write(keys);
  }

  /** The lines in view, without what is blank at their ends, and one blank line for several. */
  text(): string {
    const { active } = this.#terminal.buffer;
    const lines = Array.from(
      { length: SIZE.rows },
      (_, y) =>
        active
          .getLine(active.baseY + y)
          ?.translateToString(true)
          .trimEnd() ?? "",
    );
    return lines
      .join("\n")
      .replaceAll(/\n{3,}/g, "\n\n")
      .replaceAll(/^\n+|\n+$/g, "");
  }

  /** Waits until it is in view. */
  async shows(what: RegExp): Promise<void> {
    await eventually(() => {
      if (!what.test(this.text())) throw new Error(`Never shown: ${what}. The screen:\n${this.text()}`);
    }, 120_000);
  }

  kill(): void {
    this.#child.kill("SIGKILL");
  }
}

const quoted = (word: string): string => `'${word.replaceAll("'", "'\\''")}'`;
