// All conversations of a gateway: one turn of each at a time, the others wait; each run once, whoever asks again.
import type { AgentId } from "../../core/ids.ts";
import { AccessError } from "../../core/errors.ts";
import { agentOfSession, textOf } from "../../core/session.ts";
import type { Runs } from "../runs/runs.ts";
import type { Lines } from "./lines.ts";
import { ShownLists } from "./shown-lists.ts";
import type { TurnAsked, TurnParts } from "./turn.ts";
import type { TurnEnd } from "./turn-end.ts";
import { Turn } from "./turn.ts";

/** Runs that have ended are known for a while: for whoever asks what became of them, or asks for them again. */
const MOST_ENDED = 1000;
/** of the answers among them */
const MOST_ENDED_CHARACTERS = 16 * 1024 * 1024;

export interface KnownRun {
  readonly sessionKey: string;
  /** digest of what was asked */
  readonly said: string;
  readonly startedAt: number;
  readonly ended: Promise<TurnEnd>;
  /** once it has */
  end: TurnEnd | undefined;
}

export class Chats {
  readonly lists = new ShownLists();
  readonly #parts: TurnParts;
  readonly #runs: Runs;
  readonly #known = new Map<string, KnownRun>();
  /** Runs that are made ready, and why they were ended meanwhile. */
  readonly #coming = new Map<string, { reason?: string }>();
  #endedCharacters = 0;
  readonly #lines: Lines;

  constructor(parts: TurnParts, runs: Runs, lines: Lines) {
    this.#parts = parts;
    this.#runs = runs;
    this.#lines = lines;
  }

  /** A run can be ended from now on, while its conversation is still looked for. @param making ends in `send` */
  async coming<T>(runId: string, making: () => Promise<T>): Promise<T> {
    this.#coming.set(runId, {});
    try {
      return await making();
    } finally {
      this.#coming.delete(runId);
    }
  }

  /**
   * Begins a turn, or puts it behind those of its conversation that have not ended.
   *
   * @param said digest of what is asked
   * @returns the run; that of before when it is asked for again
   * @throws AccessError `bad_input` when too many wait, or when its id is another run's
   */
  send(asked: TurnAsked, said: string): KnownRun {
    const known = this.again(asked.runId, said);
    if (known) return known;
    const turn = new Turn(asked, this.#parts);
    const place = (turn.place = this.#lines.join(asked.key, turn));
    this.#runs.add(turn);
    const ended = place.turn.then(() => this.#run(turn));
    const run: KnownRun = {
      sessionKey: asked.key,
      said,
      startedAt: this.#parts.gateway.now(),
      ended,
      end: undefined,
    };
    this.#remember(asked.runId, run);
    const { reason } = this.#coming.get(asked.runId) ?? {};
    if (reason !== undefined) turn.abort(reason);
    return run;
  }

  /** What a command answers counts as a run: it is not done twice, also while it is under way. */
  async note<End extends TurnEnd>(
    runId: string,
    { sessionKey, said }: Pick<KnownRun, "sessionKey" | "said">,
    ended: Promise<End>,
  ): Promise<End> {
    const run = { sessionKey, said, startedAt: this.#parts.gateway.now(), ended, end: undefined };
    this.#remember(runId, run);
    try {
      const end = await ended;
      this.#end(run, end);
      return end;
    } catch (error) {
      this.#known.delete(runId);
      throw error;
    }
  }

  find(runId: string): KnownRun | undefined {
    return this.#known.get(runId);
  }

  /**
   * The run that the same message began before.
   *
   * @param key the conversation it is for, where it names one
   * @throws AccessError `bad_input` when it was another conversation, or another message
   */
  again(runId: string, said: string, key?: string): KnownRun | undefined {
    const known = this.#known.get(runId);
    if (!known) return undefined;
    if (key !== undefined && known.sessionKey !== key)
      throw otherRun(`belongs to a run of ${known.sessionKey}`);
    if (known.said !== said) throw otherRun("was sent before with another message");
    return known;
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
    const ended = this.#lines.abort(key, reason, runId);
    const coming = runId !== undefined && ended.length === 0 ? this.#coming.get(runId) : undefined;
    if (!coming || runId === undefined) return ended;
    coming.reason = reason;
    return [runId];
  }

  /** A run by its id alone. @returns whether it is ended by that */
  abortRun(runId: string, reason: string): boolean {
    const key = this.#known.get(runId)?.sessionKey ?? this.#lines.keyOf(runId) ?? "";
    return this.abort(key, reason, runId).length > 0;
  }

  /** Agents were removed: what they are asked has no answer any more. */
  abortGone(isGone: (agent: AgentId) => boolean): void {
    this.#lines.abortAll("agent-removed", (key) => isGone(agentOfSession(key)));
  }

  /** A person chose another model: what waits will go there. */
  foresee(key: string): Promise<void> {
    return this.#lines.foresee(key);
  }

  /** Resolves once the end of each turn has been told. @returns how many there were */
  async stop(): Promise<number> {
    this.#lines.abortAll("shutdown");
    const ends = [...this.#known.values()].flatMap(({ end, ended }) => (end ? [] : [ended]));
    return (await Promise.allSettled(ends)).length;
  }

  async #run(turn: Turn): Promise<TurnEnd> {
    const { runId } = turn;
    const end = await turn.run();
    this.#runs.delete(turn);
    const known = this.#known.get(runId);
    turn.place!.leave();
    if (known) this.#end(known, end);
    return end;
  }

  #remember(runId: string, run: KnownRun): void {
    this.#known.set(runId, run);
    this.#forgetOldest();
  }

  #end(run: KnownRun, end: TurnEnd): void {
    run.end = end;
    this.#endedCharacters += charactersOf(end);
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

const otherRun = (what: string): AccessError =>
  new AccessError("bad_input", `This idempotencyKey ${what}. Every message needs its own.`);
