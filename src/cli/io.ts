// The terminal, or what stands in for it: payload on stdout, talk on stderr (DESIGN, "Never broken" 8).
import { fstatSync, writeSync } from "node:fs";
import { AccessError } from "../core/errors.ts";
import type { Environment } from "../secrets/env.ts";
import { withoutControls } from "./render/text.ts";

export interface Io {
  /** Payload, one or more lines. */
  out(text: string): void;
  /** Talk: notes, warnings, errors. */
  say(text: string): void;
  /** The one JSON document of a `--json` run. */
  json(document: unknown): void;
  /** Whether a JSON document was printed. */
  readonly answered: boolean;
  readonly inIsTerminal: boolean;
  /** Width to lay tables out for; `Infinity` when nobody looks at it. */
  readonly columns: number;
  readonly colors: boolean;
  /** Everything on stdin. */
  readAll(): Promise<string>;
}

/** Longest input that is read from stdin: no credential comes near it. */
const LONGEST_INPUT = 64 * 1024;

const [STDIN, STDOUT, STDERR] = [0, 1, 2] as const;

/**
 * The process's own streams. They are written by descriptor, synchronously: `process.stdout` on a pipe loads
 * Node's network modules, a quarter of the start-up of a command, and loses what is unwritten at exit.
 */
export function processIo(env: Environment): Io {
  let answered = false;
  return {
    out: (text) => writeAll(STDOUT, `${text}\n`),
    say: (text) => writeAll(STDERR, `${withoutControls(text)}\n`),
    json(document) {
      answered = true;
      writeAll(STDOUT, `${JSON.stringify(document, null, 2)}\n`);
    },
    get answered() {
      return answered;
    },
    get inIsTerminal() {
      return isTerminal(STDIN);
    },
    get columns() {
      return isTerminal(STDOUT) ? process.stdout.columns || 80 : Number.POSITIVE_INFINITY;
    },
    get colors() {
      return colorsFor(env, () => isTerminal(STDOUT));
    },
    readAll: () => readBounded(process.stdin),
  };
}

/**
 * Whether to colour: `FORCE_COLOR` decides when it is set, as in Node itself, else `NO_COLOR` and `TERM=dumb`
 * say no, else it is for terminals.
 */
export function colorsFor(env: Environment, onTerminal: () => boolean): boolean {
  const forced = env["FORCE_COLOR"];
  if (forced !== undefined) return !/^(0|false)$/i.test(forced);
  return !env["NO_COLOR"] && env["TERM"] !== "dumb" && onTerminal();
}

/** Devices are few: only for those is Node's `tty` module, which loads the network, worth asking. */
function isTerminal(descriptor: number): boolean {
  try {
    if (!fstatSync(descriptor).isCharacterDevice()) return false;
  } catch {
    return false;
  }
  return process.getBuiltinModule("node:tty").isatty(descriptor);
}

/** A reader that leaves early (`openclaw … | head`) ends the program quietly. */
function writeAll(descriptor: number, text: string): void {
  let rest: Uint8Array = Buffer.from(text);
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(descriptor, rest));
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === "EPIPE") process.exit();
      if (code !== "EAGAIN") throw error;
      // The reader made the pipe non-blocking and is behind.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
    }
  }
}

/** @throws AccessError `bad_input` when there is more than any credential could be */
async function readBounded(stream: AsyncIterable<Buffer | string>): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream) {
    const bytes = Buffer.from(chunk);
    size += bytes.length;
    if (size > LONGEST_INPUT)
      throw new AccessError(
        "bad_input",
        "There is more on stdin than a credential can be. Nothing was saved.",
      );
    chunks.push(bytes);
  }
  return Buffer.concat(chunks).toString("utf8");
}
