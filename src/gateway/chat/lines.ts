// Who is next in each conversation: one at a time, the others wait in the order in which they came, whatever door they
// came by.
import { AccessError } from "../../core/errors.ts";
import type { ProviderId } from "../../core/ids.ts";

/** Who sends more than this without waiting for an answer is asked to wait. */
const MOST_WAITING = 32;

/** Something to be answered in a conversation. */
export interface InLine {
  readonly runId: string;
  /** why it was ended, when somebody did */
  readonly stopReason: string | undefined;
  /** its answer so far, where listeners are told of it piece by piece */
  readonly said?: string;
  /** where it goes, as far as it is known */
  provider(): ProviderId;
  /** @param reason what its client is told as `stopReason` */
  abort(reason: string): void;
  /** Learns, while it waits, which model its conversation asks first. Never rejects. */
  foresee(): Promise<void>;
}

export interface Place {
  /** Resolves when it is its turn, or when it has left. */
  readonly turn: Promise<void>;
  /** what it waits for */
  ahead(): InLine | undefined;
  /** It has ended, or does not wait any more. */
  leave(): void;
}

interface Held {
  readonly one: InLine;
  readonly come: () => void;
}

export class Lines {
  /** those of a conversation that have not ended, the running one first */
  readonly #lines = new Map<string, Held[]>();

  /** @throws AccessError `bad_input` when too many wait */
  join(key: string, one: InLine): Place {
    const line = this.#lines.get(key) ?? [];
    if (line.length >= MOST_WAITING)
      throw new AccessError(
        "bad_input",
        `${line.length} messages of ${key} wait for their turn. Wait for an answer, or send /stop.`,
      );
    const { promise: turn, resolve: come } = Promise.withResolvers<void>();
    const held = { one, come };
    line.push(held);
    this.#lines.set(key, line);
    if (line.length === 1) come();
    else void one.foresee();
    return {
      turn,
      ahead: () => line[line.indexOf(held) - 1]?.one,
      leave: () => this.#leave(key, line, held),
    };
  }

  /** Runs of a conversation that have not ended, the running one first. */
  active(key: string): string[] {
    return this.#of(key)
      .filter(({ stopReason }, i) => i === 0 || stopReason === undefined)
      .map(({ runId }) => runId);
  }

  /** What is being answered in a conversation. */
  running(key: string): InLine | undefined {
    const first = this.#lines.get(key)?.[0]?.one;
    return first?.stopReason === undefined ? first : undefined;
  }

  /** @param runId all of the conversation when left out. @returns the runs that are ended */
  abort(key: string, reason: string, runId?: string): string[] {
    const ended = this.#of(key).filter(
      (one) => one.stopReason === undefined && (runId === undefined || one.runId === runId),
    );
    for (const one of ended) one.abort(reason);
    return ended.map((one) => one.runId);
  }

  /** The conversation a run is of, while it has not ended. */
  keyOf(runId: string): string | undefined {
    return [...this.#lines].find(([, line]) => line.some(({ one }) => one.runId === runId))?.[0];
  }

  /** A person chose another model: what waits will go there. */
  async foresee(key: string): Promise<void> {
    const [, ...waiting] = this.#of(key);
    await Promise.all(waiting.map((one) => one.foresee()));
  }

  /** @param isMeant by the key of a conversation */
  abortAll(reason: string, isMeant: (key: string) => boolean = () => true): void {
    for (const key of this.#lines.keys()) if (isMeant(key)) this.abort(key, reason);
  }

  #of(key: string): InLine[] {
    return (this.#lines.get(key) ?? []).map(({ one }) => one);
  }

  #leave(key: string, line: Held[], held: Held): void {
    const at = line.indexOf(held);
    if (at === -1) return;
    line.splice(at, 1);
    held.come();
    if (line.length === 0) this.#lines.delete(key);
    else if (at === 0) line[0]!.come();
  }
}
