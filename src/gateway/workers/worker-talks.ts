// Conversations in a worker: the primary keeps them, says whose turn it is, and answers their commands.
import type { SessionName } from "../../core/session.ts";
import type { SessionStore } from "../../store/sessions.ts";
import { sessionsFrom } from "../../store/worker-sessions.ts";
import type { Conversations, Seat, SessionCall } from "../chat/conversations.ts";
import { AUTH_REVOKED } from "../runs/runs.ts";
import type { Channel } from "./channel.ts";
import type { AbortedCall, ToPrimary, ToWorker } from "./protocol.ts";

export class WorkerTalks implements Conversations {
  readonly sessions: SessionStore;
  readonly #primary: Channel<ToPrimary, ToWorker>;
  readonly #calls = new Map<string, SessionCall>();

  constructor(primary: Channel<ToPrimary, ToWorker>) {
    this.#primary = primary;
    this.sessions = sessionsFrom({
      find: (agent, key) => primary.ask("session", { agent, key }),
      list: (agent) => primary.ask("sessions", agent),
      messages: (agent, sessionId, limit) => primary.ask("messages", { agent, sessionId, limit }),
      commit: (agent, commit) => primary.ask("commitSession", { agent, commit }),
    });
  }

  /** Most of what is said begins otherwise. */
  async answer({ agent, key }: SessionName, text: string): Promise<string | undefined> {
    return /^\s*\//.test(text) ? await this.#primary.ask("command", { agent, key, text }) : undefined;
  }

  enter({ agent, key }: SessionName, call: SessionCall): Seat {
    const { runId } = call;
    this.#calls.set(runId, call);
    return {
      turn: this.#primary.ask("seat", { agent, key, runId }).catch((error: unknown) => {
        this.#calls.delete(runId);
        throw error;
      }),
      leave: () => {
        if (this.#calls.delete(runId)) this.#primary.tell("leaveSeat", runId);
      },
    };
  }

  /** Runs of this process have lost their credentials: what waits for them in the primary may share their fate. */
  tellRevoked(): void {
    for (const [runId, call] of this.#calls) {
      const provider = call.stopReason === AUTH_REVOKED ? call.provider() : undefined;
      if (provider !== undefined) this.#primary.tell("revoked", { runId, provider });
    }
  }

  /** Somebody ended it, in the primary or through another worker. */
  hear({ runId, reason }: AbortedCall): void {
    this.#calls.get(runId)?.abort(reason);
  }
}
