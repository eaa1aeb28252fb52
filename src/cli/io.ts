// The terminal, or what stands in for it: payload on stdout, talk on stderr (DESIGN, "Never broken" 8).
import { AccessError } from "../core/errors.ts";

export interface Io {
  /** Payload, one or more lines. */
  out(text: string): void;
  /** Talk: notes, warnings, errors. */
  say(text: string): void;
  /** The one JSON document of a `--json` run. */
  json(document: unknown): void;
  /** Whether a JSON document was printed. */
  readonly answered: boolean;
  readonly outIsTerminal: boolean;
  readonly inIsTerminal: boolean;
  /** Width to lay tables out for; `Infinity` when nobody looks at it. */
  readonly columns: number;
  readonly colors: boolean;
  /** Everything on stdin. */
  readAll(): Promise<string>;
}

/** Longest input that is read from stdin: no credential comes near it. */
const LONGEST_INPUT = 64 * 1024;

export function processIo(): Io {
  quietWhenReaderLeaves(process.stdout);
  quietWhenReaderLeaves(process.stderr);
  const outIsTerminal = process.stdout.isTTY === true;
  let answered = false;
  return {
    out: (text) => void process.stdout.write(`${text}\n`),
    say: (text) => void process.stderr.write(`${text}\n`),
    json(document) {
      answered = true;
      process.stdout.write(`${JSON.stringify(document, null, 2)}\n`);
    },
    get answered() {
      return answered;
    },
    outIsTerminal,
    inIsTerminal: process.stdin.isTTY === true,
    columns: outIsTerminal ? process.stdout.columns || 80 : Number.POSITIVE_INFINITY,
    colors: outIsTerminal && !process.env["NO_COLOR"] && process.env["TERM"] !== "dumb",
    readAll: () => readBounded(process.stdin),
  };
}

/** `openclaw … | head` is no error. */
function quietWhenReaderLeaves(stream: NodeJS.WriteStream): void {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit();
    throw error;
  });
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
