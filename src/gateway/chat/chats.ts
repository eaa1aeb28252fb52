// All conversations of a gateway: one turn of each at a time, the others wait; each run once, whoever asks again.
import { AccessError } from "../../core/errors.ts";
import { textOf } from "../../core/session.ts";
import type { Runs } from "../runs.ts";
import type { TurnAsked, TurnEnd, TurnParts } from "./turn.ts";
import { Turn } from "./turn.ts";

/** Who sends more than this without waiting for an answer is asked to wait. */
const MOST_WAITING = 32;
/** Runs that have ended are known for a while: for whoever asks what became of them, or asks for them again. */
const MOST_ENDED = 1000;
/** of the answers among them */
const MOST_ENDED_CHARACTERS = 16 * 1024 * 1024;

export interface KnownRun {
  readonly sessionKey: string;
  readonly startedAt: number;
  readonly ended: Promise<TurnEnd>;
  /** once it has */
  end: TurnEnd | undefined;
}

export class Chats {
  readonly #parts: TurnParts;
  readonly #runs: Runs;
  readonly #known = new Map<string, KnownRun>();
  #endedCharacters = 0;
  /** turns of a conversation that have not ended, the running one first */
  readonly #queues = new Map<string, Turn[]>();

  constructor(parts: TurnParts, runs: Runs) {
    this.#parts = parts;
    this.#runs = runs;
  }

  /**
   * Begins a turn, or puts it behind those of its conversation that have not ended.
   *
   * @returns the run; that of before when it is asked for again
   * @throws AccessError `bad_input` when too many wait
   */
  send(asked: TurnAsked): { readonly run: KnownRun; readonly again: boolean } {
    const known = this.#known.get(asked.runId);
    if (known) return { run: known, again: true };
    const queue = this.#queues.get(asked.key) ?? [];
    if (queue.length >= MOST_WAITING)
      throw new AccessError(
        "bad_input",
        `${queue.length} messages of ${asked.key} wait for their turn. Wait for an answer, or send /stop.`,
      );
    const last = queue.at(-1);
    const turn = new Turn(asked, this.#parts, last);
    if (last) void turn.foresee();
    queue.push(turn);
    this.#runs.add(turn);
    this.#queues.set(asked.key, queue);
    const before = last ? this.#known.get(last.asked.runId)?.ended : undefined;
    const ended = (before ?? Promise.resolve()).then(() => this.#run(turn, queue));
    const run: KnownRun = {
      sessionKey: asked.key,
      startedAt: this.#parts.gateway.now(),
      ended,
      end: undefined,
    };
    this.#remember(asked.runId, run);
    return { run, again: false };
  }

  /** What a command answered counts as a run: it is not done twice. */
  note(runId: string, sessionKey: string, end: TurnEnd): void {
    this.#remember(runId, { sessionKey, startedAt: end.startedAt, ended: Promise.resolve(end), end });
  }

  find(runId: string): KnownRun | undefined {
    return this.#known.get(runId);
  }

  /** Runs of a conversation that have not ended, the running one first. */
  active(key: string): string[] {
    return (this.#queues.get(key) ?? [])
      .filter(({ stopReason }, i) => i === 0 || stopReason === undefined)
      .map(({ asked }) => asked.runId);
  }

  /** @param runId all of the conversation when left out. @returns the runs that are ended */
  abort(key: string, reason: string, runId?: string): string[] {
    const turns = (this.#queues.get(key) ?? []).filter(
      ({ asked, stopReason }) => stopReason === undefined && (runId === undefined || asked.runId === runId),
    );
    for (const turn of turns) turn.abort(reason);
    return turns.map(({ asked }) => asked.runId);
  }

  /** A person chose another model: what waits will go there. */
  async foresee(key: string): Promise<void> {
    await Promise.all((this.#queues.get(key) ?? []).slice(1).map((turn) => turn.foresee()));
  }

  stop(): void {
    for (const queue of this.#queues.values()) for (const turn of queue) turn.abort("stop");
  }

  async #run(turn: Turn, queue: Turn[]): Promise<TurnEnd> {
    const { asked } = turn;
    const end = await turn.run();
    this.#runs.delete(turn);
    queue.splice(queue.indexOf(turn), 1);
    if (queue.length === 0) this.#queues.delete(asked.key);
    const known = this.#known.get(asked.runId);
    if (known) known.end = end;
    this.#endedCharacters += charactersOf(end);
    this.#forgetOldest();
    return end;
  }

  #remember(runId: string, run: KnownRun): void {
    this.#known.set(runId, run);
    if (run.end) this.#endedCharacters += charactersOf(run.end);
    this.#forgetOldest();
  }

  #forgetOldest(): void {
    const isTooMuch = () => this.#known.size > MOST_ENDED || this.#endedCharacters > MOST_ENDED_CHARACTERS;
    if (!isTooMuch()) return;
    for (const [id, { end }] of this.#known) {
      if (!end) continue;
      this.#known.delete(id);
      this.#endedCharacters -= charactersOf(end);
      if (!isTooMuch()) return;
    }
  }
}

const charactersOf = (end: TurnEnd): number => (end.kind === "error" ? 0 : textOf(end.message).length);
