// What the primary does for the conversations of one worker's calls: keeps them, says whose turn it is, answers commands.
import type { SessionName } from "../../core/session.ts";
import { commitSession } from "../../store/worker-sessions.ts";
import type { Conversations, Seat } from "../chat/conversations.ts";
import type { AbortedCall, SessionCommit, SessionSeat } from "./protocol.ts";

export class SessionDesk {
  readonly #talks: () => Promise<Conversations>;
  readonly #tellAborted: (call: AbortedCall) => void;
  /** `undefined`: on its way */
  readonly #seats = new Map<string, Seat | undefined>();

  /** @param tellAborted tells the worker that one of its calls is ended */
  constructor(talks: () => Promise<Conversations>, tellAborted: (call: AbortedCall) => void) {
    this.#talks = talks;
    this.#tellAborted = tellAborted;
  }

  readonly asks = {
    session: async ({ agent, key }: SessionName) => (await this.#talks()).sessions.find(agent, key),
    sessions: async (agent: string) => (await this.#talks()).sessions.list(agent),
    messages: async ({ agent, sessionId, limit }: { agent: string; sessionId: string; limit: number }) =>
      (await this.#talks()).sessions.messages(agent, sessionId, limit),
    commitSession: async ({ agent, key, change, basis }: SessionCommit) =>
      await commitSession((await this.#talks()).sessions, agent, key, change, basis),
    command: async ({ agent, key, text }: SessionName & { text: string }) =>
      await (await this.#talks()).answer({ agent, key }, text),
    seat: (asked: SessionSeat) => this.#seat(asked),
  };

  leaveSeat(runId: string): void {
    this.#seats.get(runId)?.leave();
    this.#seats.delete(runId);
  }

  /** The worker has died: whoever waits behind its calls goes on. */
  leave(): void {
    for (const runId of this.#seats.keys()) this.leaveSeat(runId);
  }

  /** Resolves when it is its turn. @throws AccessError `bad_input` when too many wait */
  async #seat({ agent, key, runId }: SessionSeat): Promise<void> {
    this.#seats.set(runId, undefined);
    const talks = await this.#talks();
    // It may have left meanwhile.
    if (!this.#seats.has(runId)) return;
    const abort = (reason: string) => this.#tellAborted({ runId, reason });
    const seat = talks.enter(
      { agent, key },
      { runId, stopReason: undefined, provider: () => undefined, abort },
    );
    this.#seats.set(runId, seat);
    await seat.turn;
  }
}
