// What a program says of its answer, line by line. Pure; one reader per run of the program.
import type { AnswerEvent } from "../translate/neutral.ts";

/** How a program tells its answer. */
export type CliDialect =
  "claude-stream-json" | "gemini-stream-json" | "codex-json" | "jsonl" | "json" | "text";

/** What is known of a fault: read like an upstream's error. `code` says what else it was. */
export interface CliFault {
  readonly message: string;
  readonly code?: string;
  readonly status?: number;
  readonly type?: string;
  /** when a limit ends, as the program told it */
  readonly resetsAt?: unknown;
}

export type CliEvent =
  | AnswerEvent
  /** by this id the program goes on with what it has done */
  | { readonly kind: "session"; readonly id: string }
  | { readonly kind: "error"; readonly error: CliFault };

export interface CliReader {
  /** @param text one line of stdout, without its end */
  line(text: string): readonly CliEvent[];
  /** stdout has ended: what is left to tell; nothing when the answer was cut */
  end(): readonly CliEvent[];
}
