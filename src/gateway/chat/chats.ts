// All conversations of a gateway: one turn of each at a time, the others wait; each run once, whoever asks again.
import { textOf } from "../../core/session.ts";
import type { Runs } from "../runs.ts";
import type { Lines } from "./lines.ts";
import type { TurnAsked, TurnEnd, TurnParts } from "./turn.ts";
import { Turn } from "./turn.ts";

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
  readonly #lines: Lines;

  constructor(parts: TurnParts, runs: Runs, lines: Lines) {
    this.#parts = parts;
    this.#runs = runs;
    this.#lines = lines;
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
    const turn = new Turn(asked, this.#parts);
    const place = (turn.place = this.#lines.join(asked.key, turn));
    this.#runs.add(turn);
    const ended = place.turn.then(() => this.#run(turn));
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
    return this.#lines.active(key);
  }

  /** The answer that is under way, for who comes in the middle of it. */
  inFlight(key: string): { readonly runId: string; readonly text: string } | undefined {
    const { runId, said } = this.#lines.running(key) ?? {};
    return runId === undefined || said === undefined ? undefined : { runId, text: said };
  }

  /** @param runId all of the conversation when left out. @returns the runs that are ended */
  abort(key: string, reason: string, runId?: string): string[] {
    return this.#lines.abort(key, reason, runId);
  }

  /** The conversation that a run is of. */
  keyOf(runId: string): string | undefined {
    return this.#known.get(runId)?.sessionKey ?? this.#lines.keyOf(runId);
  }

  /** A person chose another model: what waits will go there. */
  foresee(key: string): Promise<void> {
    return this.#lines.foresee(key);
  }

  /** Resolves once the end of each turn has been told. */
  async stop(): Promise<void> {
    this.#lines.abortAll("shutdown");
    await Promise.all([...this.#known.values()].flatMap(({ end, ended }) => (end ? [] : [ended])));
  }

  async #run(turn: Turn): Promise<TurnEnd> {
    const { runId } = turn;
    const end = await turn.run();
    this.#runs.delete(turn);
    const known = this.#known.get(runId);
    if (known) known.end = end;
    turn.place!.leave();
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
