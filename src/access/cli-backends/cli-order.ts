// What is asked of a program for one turn, and who is told what comes of it.
import type { CliBackend } from "../../providers/cli-backends.ts";
import type { CliFault } from "../../wire/cli/reader.ts";
import type { CliTurn } from "../../wire/translate/cli-backend/translator.ts";
import type { AnswerEvent } from "../../wire/translate/neutral.ts";
import type { Talk } from "./sessions.ts";

export interface CliOrder {
  readonly backend: CliBackend;
  /** its path, or a name on `PATH` */
  readonly command: string;
  readonly turn: CliTurn;
  /** the program goes on where it was when it is the same conversation */
  readonly talk: Talk | undefined;
  /** whose login it is: another one does not go on with a session */
  readonly login: string;
  readonly workspace: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly timeoutMs: number;
  /** longest time in line */
  readonly waitMs: number;
}

/** Who is told, in order: events, then one of `end` and `fault`, unless it was stopped. */
export interface CliListener {
  event(event: AnswerEvent): void;
  fault(fault: CliFault): void;
  end(): void;
}
