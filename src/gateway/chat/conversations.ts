// What an HTTP call needs of conversations, in whichever process they are kept.
import type { ProviderId } from "../../core/ids.ts";
import type { SessionName } from "../../core/session.ts";
import type { SessionStore } from "../../store/sessions.ts";

/** A call that belongs to a conversation. */
export interface SessionCall {
  readonly runId: string;
  /** why it was ended, when somebody did */
  readonly stopReason: string | undefined;
  /** where it goes, once that is known */
  provider(): ProviderId | undefined;
  /** @param reason what the client is told as `stopReason` */
  abort(reason: string): void;
}

/** Its place among all that is to be answered in the conversation. */
export interface Seat {
  /** Resolves when it is its turn, or when it has left. @throws AccessError `bad_input` when too many wait */
  readonly turn: Promise<void>;
  leave(): void;
}

export interface Conversations {
  readonly sessions: Pick<SessionStore, "find" | "list" | "messages" | "update" | "updateAndRead">;
  /** What a chat command answers; `undefined`: `text` is none. */
  answer(name: SessionName, text: string): Promise<string | undefined>;
  enter(name: SessionName, call: SessionCall): Seat;
}
