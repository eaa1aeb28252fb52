// Who wants to hear of conversations, and what they are told: of all of them, or of what is said in one.
import type { ChatMessage, Session, SessionName } from "../../core/session.ts";
import type { SessionNews as StoredNews } from "../told-sessions.ts";

type Tell = (event: string, payload: unknown) => void;

interface Listener {
  readonly tell: Tell;
  all: boolean;
  /** conversations whose messages it follows */
  readonly followed: Set<string>;
  /** lost runs that it was told of */
  readonly lost: Set<string>;
}

/** A window shows few conversations. */
const MOST_LOST = 100;

export interface SessionSource {
  readonly now: () => number;
  readonly find: (name: SessionName) => Promise<Session | undefined>;
  /** as a row of `sessions.list` */
  readonly rowOf: (session: Session, name: SessionName) => object;
}

export class SessionNews {
  readonly #source: SessionSource;
  readonly #listeners = new Map<string, Listener>();

  constructor(source: SessionSource) {
    this.#source = source;
  }

  get wanted(): boolean {
    return this.#listeners.size > 0;
  }

  /** @param left raised when the connection is gone */
  subscribe(connId: string, tell: Tell, left: AbortSignal): void {
    this.#listener(connId, tell, left).all = true;
  }

  unsubscribe(connId: string): void {
    const listener = this.#listeners.get(connId);
    if (listener) listener.all = false;
    this.#letGo(connId);
  }

  /** What is said in one conversation. */
  follow(connId: string, key: string, tell: Tell, left: AbortSignal): void {
    this.#listener(connId, tell, left).followed.add(key);
  }

  unfollow(connId: string, key: string): void {
    this.#listeners.get(connId)?.followed.delete(key);
    this.#letGo(connId);
  }

  /** Whether a lost run is news to a listener: it reads the history again for each end. */
  isFirst(connId: string, runId: string): boolean {
    const lost = this.#listeners.get(connId)?.lost;
    if (!lost || lost.has(runId) || lost.size >= MOST_LOST) return false;
    lost.add(runId);
    return true;
  }

  /** It was written. */
  changed({ agent, key, reason, session, added }: StoredNews): void {
    if (!this.wanted) return;
    const name = { agent, key };
    const row = session && this.#source.rowOf(session, name);
    this.#tellChange(name, reason, row);
    const first = (session?.messages ?? 0) - added.length;
    for (const [i, message] of added.entries()) this.#tellMessage(name, message, first + i + 1, row);
  }

  /** A run of it has begun or ended. */
  async ran(name: SessionName, reason: "send" | "end"): Promise<void> {
    if (!this.wanted) return;
    const session = await this.#source.find(name).catch(() => undefined);
    this.#tellChange(name, reason, session && this.#source.rowOf(session, name));
  }

  #tellChange({ agent, key }: SessionName, reason: string, row: object | undefined): void {
    const ts = this.#source.now();
    const payload = { ...row, sessionKey: key, agentId: agent, reason, ts, ...(row ? { session: row } : {}) };
    for (const { all, tell } of this.#listeners.values()) if (all) tell("sessions.changed", payload);
  }

  #tellMessage(
    { agent, key }: SessionName,
    message: ChatMessage,
    messageSeq: number,
    row: object | undefined,
  ): void {
    const { runId } = message;
    const payload = {
      sessionKey: key,
      agentId: agent,
      message,
      messageSeq,
      ...(runId === undefined ? {} : { runId }),
      ...(row ? { session: row } : {}),
    };
    for (const { all, followed, tell } of this.#listeners.values())
      if (all || followed.has(key)) tell("session.message", payload);
  }

  #listener(connId: string, tell: Tell, left: AbortSignal): Listener {
    const known = this.#listeners.get(connId);
    if (known) return known;
    const listener: Listener = { tell, all: false, followed: new Set(), lost: new Set() };
    this.#listeners.set(connId, listener);
    left.addEventListener("abort", () => this.#listeners.delete(connId), { once: true });
    return listener;
  }

  #letGo(connId: string): void {
    const listener = this.#listeners.get(connId);
    if (listener && !listener.all && listener.followed.size === 0) this.#listeners.delete(connId);
  }
}
