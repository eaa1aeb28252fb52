// What the primary does for the conversations of one worker's calls: keeps them, says whose turn it is, answers commands.
import type { ProviderId } from "../../core/ids.ts";
import type { SessionName } from "../../core/session.ts";
import type { SessionCommit } from "../../store/sessions.ts";
import { commitSession } from "../../store/worker-sessions.ts";
import type { Conversations, Seat, SessionCall } from "../chat/conversations.ts";
import { AUTH_REVOKED } from "../runs/runs.ts";
import type { AbortedCall, RevokedCall, SessionSeat } from "./protocol.ts";

export interface SessionDeskOptions {
  readonly talks: () => Promise<Conversations>;
  /** tells the worker that one of its calls is ended */
  readonly tellAborted: (call: AbortedCall) => void;
  /** A call of a conversation has its turn, or has ended. */
  readonly ran: (sessionKey: string, reason: "send" | "end") => void;
  /** ends what shares the fate of calls that have lost their credentials */
  readonly endBehind: () => void;
}

/** What is known here of a worker's call. */
interface KnownCall {
  readonly key: string;
  /** `undefined`: on its way */
  seat?: Seat;
  hasTurn?: true;
  /** where it went, once its credentials were taken away */
  revoked?: ProviderId;
}

export class SessionDesk {
  readonly #options: SessionDeskOptions;
  readonly #calls = new Map<string, KnownCall>();

  constructor(options: SessionDeskOptions) {
    this.#options = options;
  }

  readonly asks = {
    session: async ({ agent, key }: SessionName) => (await this.#options.talks()).sessions.find(agent, key),
    sessions: async (agent: string) => (await this.#options.talks()).sessions.list(agent),
    messages: async ({ agent, sessionId, limit }: { agent: string; sessionId: string; limit: number }) =>
      (await this.#options.talks()).sessions.messages(agent, sessionId, limit),
    commitSession: async ({ agent, commit }: { agent: string; commit: SessionCommit }) =>
      await commitSession((await this.#options.talks()).sessions, agent, commit),
    command: async ({ agent, key, text }: SessionName & { text: string }) =>
      await (await this.#options.talks()).answer({ agent, key }, text),
    seat: (asked: SessionSeat) => this.#seat(asked),
  };

  leaveSeat(runId: string): void {
    const call = this.#calls.get(runId);
    call?.seat?.leave();
    this.#calls.delete(runId);
    if (call?.hasTurn) this.#options.ran(call.key, "end");
  }

  /** Its worker has ended it. What waits for it learns that before it has its turn. */
  revoked({ runId, provider }: RevokedCall): void {
    const call = this.#calls.get(runId);
    if (!call) return;
    call.revoked = provider;
    this.#options.endBehind();
  }

  /** The worker has died: whoever waits behind its calls goes on. */
  leave(): void {
    for (const runId of this.#calls.keys()) this.leaveSeat(runId);
  }

  /** Resolves when it is its turn. @throws AccessError `bad_input` when too many wait */
  async #seat({ agent, key, runId }: SessionSeat): Promise<void> {
    const known: KnownCall = { key };
    this.#calls.set(runId, known);
    const talks = await this.#options.talks();
    // It may have left meanwhile.
    if (!this.#calls.has(runId)) return;
    try {
      known.seat = talks.enter({ agent, key }, this.#callOf(runId, known));
    } catch (error) {
      // It has no place, and nobody will leave it.
      this.#calls.delete(runId);
      throw error;
    }
    await known.seat.turn;
    if (!this.#calls.has(runId)) return;
    known.hasTurn = true;
    this.#options.ran(key, "send");
  }

  #callOf(runId: string, known: KnownCall): SessionCall {
    const { tellAborted } = this.#options;
    return {
      runId,
      get stopReason() {
        return known.revoked === undefined ? undefined : AUTH_REVOKED;
      },
      provider: () => known.revoked,
      abort: (reason) => tellAborted({ runId, reason }),
    };
  }
}
