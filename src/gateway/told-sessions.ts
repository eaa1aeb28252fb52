// Changes of conversations are told where they are kept, whichever door they came through.
import type { AgentId } from "../core/ids.ts";
import type { ChatMessage, Session } from "../core/session.ts";
import type { SessionStore } from "../store/sessions.ts";

export interface SessionNews {
  readonly agent: AgentId;
  readonly key: string;
  readonly reason: "create" | "reset" | "turn" | "patch" | "delete";
  /** as it is now; absent once it is gone */
  readonly session?: Session;
  /** what was added to its transcript */
  readonly added: readonly ChatMessage[];
}

/** The same store, whose changes are told once they are written. */
export function tellingSessions(store: SessionStore, tell: (news: SessionNews) => void): SessionStore {
  return {
    find: (agent, key) => store.find(agent, key),
    list: (agent) => store.list(agent),
    messages: (agent, sessionId, limit) => store.messages(agent, sessionId, limit),
    async update(agent, key, decide) {
      let news: Omit<SessionNews, "agent" | "key" | "session"> | undefined;
      const session = await store.update(agent, key, (stored) => {
        const change = decide(stored);
        const added = change?.append ?? [];
        news = change && { reason: reasonOf(stored, change.session, added), added };
        return change;
      });
      if (news) tell({ agent, key, ...news, ...(session ? { session } : {}) });
      return session;
    },
    close: () => store.close(),
  };
}

function reasonOf(
  before: Session | undefined,
  after: Session | null,
  added: readonly ChatMessage[],
): SessionNews["reason"] {
  if (!after) return "delete";
  if (added.length > 0) return "turn";
  if (!before) return "create";
  return before.sessionId === after.sessionId ? "patch" : "reset";
}
