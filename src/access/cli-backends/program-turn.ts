// One run of a program, with its words read as its dialect has them.
import type { CliEvent, CliFault } from "../../wire/cli/reader.ts";
import { readerFor } from "../../wire/cli/all.ts";
import type { CliBackend } from "../../providers/cli-backends.ts";
import type { AnswerEvent } from "../../wire/translate/neutral.ts";
import { environmentFor } from "./environment.ts";
import { limitsOf } from "./limits.ts";
import { Program } from "./program.ts";
import { faultOfEnd } from "./program-faults.ts";
import type { ProgramEnd, ProgramOrder } from "./program-order.ts";

export interface TurnOrder extends Pick<ProgramOrder, "command" | "args" | "input" | "timeoutMs" | "warden"> {
  readonly backend: CliBackend;
  readonly workspace: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** the program knows the conversation already */
  readonly goesOn: boolean;
  /** its session, as far as that is known before */
  readonly session: string | undefined;
}

export interface TurnListener {
  event(event: AnswerEvent): void;
  /** The answer is complete. @param session the program's own id of it */
  answered(session: string | undefined): void;
}

export class ProgramTurn {
  /** Resolves when the program is gone, with what went wrong; nothing when it has answered. Never rejects. */
  readonly ended: Promise<CliFault | undefined>;
  readonly #order: TurnOrder;
  readonly #listener: TurnListener;
  readonly #program: Program;
  #session: string | undefined;
  #error: CliFault | undefined;
  #finished = false;

  constructor(order: TurnOrder, listener: TurnListener) {
    const { backend, workspace: cwd, env, goesOn, timeoutMs } = order;
    const reader = readerFor(
      goesOn ? backend.resumeDialect : backend.dialect,
      backend.settings.sessionIdFields,
    );
    this.#order = order;
    this.#listener = listener;
    this.#session = order.session;
    this.#program = new Program(
      { ...order, cwd, env: environmentFor(backend, env), ...limitsOf(backend, goesOn, timeoutMs) },
      (line) => this.#finished || this.#error !== undefined || this.#take(reader.line(line)),
    );
    this.ended = this.#program.ended.then((end) => this.#judge(end, reader.end()));
  }

  pause(): void {
    this.#program.pause();
  }
  resume(): void {
    this.#program.resume();
  }
  stop(): void {
    this.#program.stop();
  }

  #take(events: readonly CliEvent[]): void {
    for (const event of events) {
      if (event.kind === "session") this.#session = event.id;
      else if (event.kind === "error") this.#error ??= event.error;
      else if (!this.#finished && !this.#error) this.#listener.event(event);
      this.#finished ||= event.kind === "finish" && !this.#error;
    }
    if (this.#error) this.#program.stop();
    else if (this.#finished) {
      this.#program.wrapUp();
      this.#listener.answered(this.#session);
    }
  }

  /** @param last what there is to tell when nothing more comes, of dialects that are whole at their end only */
  #judge(end: ProgramEnd, last: readonly CliEvent[]): CliFault | undefined {
    if (this.#finished) return undefined;
    // Of a program that failed, what it printed is why.
    const failed = end.kind !== "ended" || end.exit !== 0;
    if (!this.#error && end.kind === "ended")
      this.#take(failed ? last.filter(({ kind }) => kind === "error" || kind === "session") : last);
    if (this.#finished) return undefined;
    const printed = last.flatMap((event) => (event.kind === "text" ? event.text : [])).join("\n");
    return this.#error ?? faultOfEnd(end, this.#order, printed);
  }
}
