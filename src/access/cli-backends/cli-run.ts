// One turn that a program makes, told like an upstream's stream: its place in line, the session it goes on with, the
// program itself, and what becomes of its words.
import { randomUUID } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { messageOf } from "../../core/errors.ts";
import type { CliBackend, CliDialect } from "../../providers/cli-backends.ts";
import { ClaudeReader } from "../../wire/cli/claude-stream-json.ts";
import { CodexReader } from "../../wire/cli/codex-json.ts";
import { JsonReader, LinesReader, TextReader } from "../../wire/cli/plain.ts";
import type { CliEvent, CliFault, CliReader } from "../../wire/cli/reader.ts";
import type { AnswerEvent } from "../../wire/translate/neutral.ts";
import type { CliTurn } from "../../wire/translate/cli-backend/translator.ts";
import { argumentsFor, modelFor, takesSystemFile, withImages } from "./arguments.ts";
import { environmentFor, secretsIn } from "./environment.ts";
import type { Lanes } from "./lanes.ts";
import { faultOfEnd, isLostSession } from "./program-faults.ts";
import { Program } from "./program.ts";
import type { Prompt } from "./prompt.ts";
import { freshPrompt, laterPrompt, withSystem } from "./prompt.ts";
import type { CliSessions } from "./sessions.ts";
import { stage } from "./staging.ts";

export interface CliOrder {
  readonly backend: CliBackend;
  /** its path, or a name on `PATH` */
  readonly command: string;
  readonly turn: CliTurn;
  /** of the gateway's own; the program goes on where it was when it is the same conversation */
  readonly session: string | undefined;
  /** whose login it is: another one does not go on with a session */
  readonly login: string;
  readonly workspace: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly timeoutMs: number;
  readonly waitMs: number;
}

export interface CliRooms {
  readonly lanes: Lanes;
  readonly sessions: CliSessions;
  /** under way */
  readonly programs: Set<Program>;
}

/** Who is told, in order: events, then one of `end` and `fault`, unless it was stopped. */
export interface CliListener {
  event(event: AnswerEvent): void;
  fault(fault: CliFault): void;
  end(): void;
}

export class CliRun {
  readonly #order: CliOrder;
  readonly #rooms: CliRooms;
  readonly #listener: CliListener;
  readonly #stopping = new AbortController();
  #program: Program | undefined;
  #paused = false;
  #told = false;
  #over = false;

  constructor(order: CliOrder, rooms: CliRooms, listener: CliListener) {
    this.#order = order;
    this.#rooms = rooms;
    this.#listener = listener;
  }

  /** Never rejects. The listener knows how it ended before the program is gone. */
  async run(): Promise<void> {
    const { lanes } = this.#rooms;
    const leave = await lanes.enter(laneOf(this.#order), this.#order.waitMs, this.#stopping.signal);
    if (!leave)
      return this.#fault({
        code: "cli_busy",
        message: `${this.#order.backend.id} has no room for one more run: too many wait.`,
      });
    try {
      await this.#inLane();
    } catch (error) {
      this.#fault({ code: "cli_died", message: `${this.#order.backend.id}: ${messageOf(error)}` });
    } finally {
      leave();
    }
  }

  pause(): void {
    this.#paused = true;
    this.#program?.pause();
  }
  resume(): void {
    this.#paused = false;
    this.#program?.resume();
  }
  /** Nobody wants it any more. */
  stop(): void {
    this.#over = true;
    this.#stopping.abort();
    this.#program?.stop();
  }

  async #inLane(): Promise<void> {
    const { backend, turn, session, workspace } = this.#order;
    if (backend.settings.input === "arg") return this.#fault(IN_ARGUMENTS(backend.id));
    const goesOn = canGoOn(backend) && session !== undefined;
    const known = goesOn ? this.#rooms.sessions.goingOn(session, this.#frame(), turn.messages) : undefined;
    await mkdir(workspace, { recursive: true, mode: 0o700 });
    if (known) {
      const lost = await this.#once(laterPrompt(known.since), known.id);
      if (!lost || this.#over) return;
    }
    await this.#once(freshPrompt(turn.messages), undefined);
  }

  #frame(): string {
    return `${this.#order.login}\n${this.#order.turn.system}`;
  }

  /** @returns whether the program did not know the session, and nothing was told */
  async #once(prompt: Prompt, knownSession: string | undefined): Promise<boolean> {
    const { backend, turn, workspace } = this.#order;
    const { settings } = backend;
    const goesOn = knownSession !== undefined;
    const { systemPromptWhen: when = "first" } = settings;
    const system =
      turn.system !== "" && (when === "always" || (when === "first" && !goesOn)) ? turn.system : "";
    const inFile = system !== "" && takesSystemFile(settings);
    const place = settings.imagePathScope === "workspace" ? workspace : undefined;
    const staged = await stage(inFile ? system : undefined, prompt.images, place);
    try {
      const text = withImages(settings, prompt.text, staged.images);
      const id = knownSession ?? (settings.sessionMode === "always" ? randomUUID() : undefined);
      const args = argumentsFor(backend, {
        model: modelFor(backend, turn.model),
        ...(turn.effort ? { effort: turn.effort } : {}),
        ...(id === undefined ? {} : { session: { id, goesOn } }),
        ...(staged.systemFile === undefined ? {} : { systemFile: staged.systemFile }),
        images: staged.images,
      });
      return await this.#runProgram(args, inFile ? text : withSystem(system, text), knownSession);
    } finally {
      await staged.remove();
    }
  }

  async #runProgram(
    args: readonly string[],
    input: string,
    knownSession: string | undefined,
  ): Promise<boolean> {
    const { backend, command, workspace, env, timeoutMs } = this.#order;
    if (this.#over) return false;
    const goesOn = knownSession !== undefined;
    const reader = readerFor(
      goesOn ? backend.resumeDialect : backend.dialect,
      backend.settings.sessionIdFields,
    );
    let session = knownSession;
    let error: CliFault | undefined;
    let finished = false;
    const take = (events: readonly CliEvent[]) => {
      for (const event of events) {
        if (event.kind === "session") session = event.id;
        else if (event.kind === "error") error ??= event.error;
        else if (!finished && !error) this.#tell(event);
        finished ||= event.kind === "finish";
      }
      if (error) program.stop();
      else if (finished) program.wrapUp();
      if (finished && !error) this.#answered(session);
    };
    const program: Program = new Program(
      {
        command,
        args,
        env: environmentFor(backend, env),
        cwd: workspace,
        input,
        timeoutMs,
        ...limitsOf(backend, goesOn),
      },
      (text) => finished || take(reader.line(text)),
    );
    this.#program = program;
    this.#rooms.programs.add(program);
    if (this.#paused) program.pause();
    const end = await program.ended;
    this.#rooms.programs.delete(program);
    this.#program = undefined;
    if (!finished && !error && end.kind === "ended") take(reader.end());
    if (finished) return false;
    // What it has of the session now was answered to nobody.
    if (this.#order.session !== undefined) this.#rooms.sessions.drop(this.#order.session);
    if (this.#over) return false;
    const fault = error ?? faultOfEnd(end, backend, command);
    if (goesOn && !this.#told && isLostSession(fault)) return true;
    this.#fault(fault);
    return false;
  }

  #tell(event: AnswerEvent): void {
    if (this.#over) return;
    this.#told = true;
    this.#listener.event(event);
  }

  #answered(session: string | undefined): void {
    if (this.#over) return;
    const { session: key, turn } = this.#order;
    if (key !== undefined && session !== undefined)
      this.#rooms.sessions.bind(key, session, this.#frame(), turn.messages);
    this.#over = true;
    this.#listener.end();
  }

  #fault(fault: CliFault): void {
    if (this.#over) return;
    this.#over = true;
    const message = secretsIn(this.#order.backend).reduce(
      (text, secret) => secret.hideIn(text),
      fault.message,
    );
    this.#listener.fault({ ...fault, message });
  }
}

/** Turns of one session come one after the other; all of the program's where the config wants it so. */
function laneOf({ backend: { id, settings }, session }: CliOrder): string | undefined {
  if (settings.serialize === true) return id;
  return session === undefined ? undefined : `${id} ${session}`;
}

const canGoOn = ({ settings }: CliBackend): boolean =>
  settings.sessionMode !== "none" &&
  (settings.resumeArgs ?? settings.sessionArgs ?? settings.sessionArg) !== undefined;

const IN_ARGUMENTS = (id: string): CliFault => ({
  code: "cli_settings",
  message: `agents.defaults.cliBackends.${id}.input is arg, and every user of a machine can read arguments. Set it to stdin.`,
});

function readerFor(dialect: CliDialect, sessionFields: readonly string[] | undefined): CliReader {
  switch (dialect) {
    case "claude-stream-json":
      return new ClaudeReader();
    case "codex-json":
      return new CodexReader();
    case "json":
      return new JsonReader(sessionFields);
    case "jsonl":
      return new LinesReader(sessionFields);
    case "text":
      return new TextReader();
  }
}

// As OpenClaw documents them.
const SILENCE_MS = { fresh: 600_000, resume: 180_000 } as const;
const CHARS = { usual: 8 * 1024 ** 2, most: 64 * 1024 ** 2 } as const;
const LINES = { usual: 20_000, most: 100_000 } as const;

function limitsOf({ settings: { reliability } }: CliBackend, goesOn: boolean) {
  const { maxTurnRawChars = CHARS.usual, maxTurnLines = LINES.usual } = reliability?.outputLimits ?? {};
  const kind = goesOn ? "resume" : "fresh";
  return {
    silenceMs: reliability?.watchdog?.[kind]?.noOutputTimeoutMs ?? SILENCE_MS[kind],
    mostChars: Math.min(maxTurnRawChars, CHARS.most),
    mostLines: Math.min(maxTurnLines, LINES.most),
  };
}
