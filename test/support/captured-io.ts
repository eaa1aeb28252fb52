// A terminal, or a pipe, that only remembers: for commands that run inside the test.
import type { Io } from "../../src/cli/io.ts";

export interface CapturedIo extends Io {
  said(): { readonly out: string; readonly err: string };
}

export interface CapturedOptions {
  readonly stdin?: string;
  /** as of a pipe when left out */
  readonly columns?: number;
  readonly colors?: boolean;
}

export function capturedIo({
  stdin = "",
  columns = Infinity,
  colors = false,
}: CapturedOptions = {}): CapturedIo {
  let [out, err, answered] = ["", "", false];
  return {
    out: (text) => void (out += `${text}\n`),
    say: (text) => void (err += `${text}\n`),
    json(document) {
      answered = true;
      out += `${JSON.stringify(document, null, 2)}\n`;
    },
    get answered() {
      return answered;
    },
    inIsTerminal: false,
    columns,
    colors,
    readAll: async () => stdin,
    said: () => ({ out, err }),
  };
}
