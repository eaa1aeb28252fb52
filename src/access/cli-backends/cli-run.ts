// One turn that a program makes, told like an upstream's stream: its place in line, the session it goes on with, the
// program itself, and what becomes of its words.
import { randomUUID } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { messageOf } from "../../core/errors.ts";
import type { CliBackend } from "../../providers/cli-backends.ts";
import type { CliFault } from "../../wire/cli/reader.ts";
import type { AnswerEvent } from "../../wire/translate/neutral.ts";
import { argumentsFor, modelFor, takesSystemFile, withImages } from "./arguments.ts";
import type { CliListener, CliOrder } from "./cli-order.ts";
import type { Lanes } from "./lanes.ts";
import { isLostSession } from "./program-faults.ts";
import { ProgramTurn } from "./program-turn.ts";
import type { Prompt } from "./prompt.ts";
import { freshPrompt, laterPrompt, withSystem } from "./prompt.ts";
import type { CliSessions } from "./sessions.ts";
import { stage } from "./staging.ts";
import type { Warden } from "./warden.ts";
import { withoutSecrets } from "./words.ts";

export interface CliRooms {
  readonly lanes: Lanes;
  readonly sessions: CliSessions;
  readonly warden: Warden;
  /** not over yet */
  readonly runs: Set<CliRun>;
}

export class CliRun {
  /** Resolves when its program is gone, which is later than the listener is told; never rejects. */
  readonly gone: Promise<void>;
  readonly #order: CliOrder;
  readonly #rooms: CliRooms;
  readonly #listener: CliListener;
  readonly #stopping = new AbortController();
  #program: ProgramTurn | undefined;
  #paused = false;
  #told = false;
  #over = false;

  constructor(order: CliOrder, rooms: CliRooms, listener: CliListener) {
    this.#order = order;
    this.#rooms = rooms;
    this.#listener = listener;
    rooms.runs.add(this);
    // The listener may be told of the run before it begins to tell.
    this.gone = Promise.resolve()
      .then(() => this.#run())
      .finally(() => rooms.runs.delete(this));
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

  async #run(): Promise<void> {
    const { backend, waitMs } = this.#order;
    if (this.#over) return;
    const leave = await this.#rooms.lanes.enter(laneOf(this.#order), waitMs, this.#stopping.signal);
    if (!leave)
      return this.#fault({
        code: "cli_busy",
        message: `${backend.id} has no room for one more run: too many wait.`,
      });
    try {
      if (!this.#over) await this.#inLane();
    } catch (error) {
      // Nothing was asked of anybody yet: settings, the request or the disk are at fault, and no login.
      this.#fault({ code: "cli_settings", message: `${backend.id}: ${messageOf(error)}` });
    } finally {
      leave();
    }
  }

  async #inLane(): Promise<void> {
    const { backend, turn, talk, workspace } = this.#order;
    if (backend.settings.input === "arg") return this.#fault(IN_ARGUMENTS(backend.id));
    const known =
      talk && canGoOn(backend)
        ? this.#rooms.sessions.goingOn(talk, backend.id, this.#frame(), turn.messages)
        : undefined;
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
      return await this.#runProgram(args, inFile ? text : withSystem(system, text), goesOn, id);
    } finally {
      await staged.remove();
    }
  }

  async #runProgram(
    args: readonly string[],
    input: string,
    goesOn: boolean,
    session: string | undefined,
  ): Promise<boolean> {
    if (this.#over) return false;
    const { talk, backend } = this.#order;
    const program = new ProgramTurn(
      { ...this.#order, args, input, goesOn, session, warden: this.#rooms.warden },
      { event: (event) => this.#tell(event), answered: (id) => this.#answered(id) },
    );
    this.#program = program;
    if (this.#paused) program.pause();
    const fault = await program.ended;
    this.#program = undefined;
    if (!fault) return false;
    // What it has of the session now was answered to nobody.
    if (talk) this.#rooms.sessions.drop(talk, backend.id);
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
    const { talk, turn, backend } = this.#order;
    if (talk && session !== undefined && canGoOn(backend))
      this.#rooms.sessions.bind(talk, backend.id, session, this.#frame(), turn.messages);
    this.#over = true;
    this.#listener.end();
  }

  #fault(fault: CliFault): void {
    if (this.#over) return;
    this.#over = true;
    const message = withoutSecrets(fault.message.slice(0, LONGEST_TOLD), this.#order.backend);
    this.#listener.fault({ ...fault, message });
  }
}

const LONGEST_TOLD = 2000;

/** Turns of one session come one after the other; all of the program's where the config wants it so. */
function laneOf({ backend: { id, settings }, talk }: CliOrder): string | undefined {
  if (settings.serialize === true) return id;
  return talk && `${id} ${talk.name}`;
}

const canGoOn = ({ settings }: CliBackend): boolean =>
  settings.sessionMode !== "none" &&
  (settings.resumeArgs ?? settings.sessionArgs ?? settings.sessionArg) !== undefined;

const IN_ARGUMENTS = (id: string): CliFault => ({
  code: "cli_settings",
  message: `agents.defaults.cliBackends.${id}.input is arg, and every user of a machine can read arguments. Set it to stdin.`,
});
