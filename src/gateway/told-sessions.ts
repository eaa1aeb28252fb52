// Changes of conversations are told where they are kept, whichever door they came through.
import type { AgentId } from "../core/ids.ts";
import type { ChatMessage, Session } from "../core/session.ts";
import type { Decide, SessionStore } from "../store/sessions.ts";

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
  const updateAndRead: SessionStore["updateAndRead"] = async (agent, key, decide, ...read) => {
    let news: Omit<SessionNews, "agent" | "key" | "session"> | undefined;
    const deciding: Decide = (stored) => {
      const change = decide(stored);
      const added = change?.append ?? [];
      news = change && { reason: reasonOf(stored, change.session, added), added };
      return change;
    };
    const updated = await store.updateAndRead(agent, key, deciding, ...read);
    const { session } = updated;
    if (news) tell({ agent, key, ...news, ...(session ? { session } : {}) });
    return updated;
  };
  return {
    find: (agent, key) => store.find(agent, key),
    list: (agent) => store.list(agent),
    messages: (agent, sessionId, limit) => store.messages(agent, sessionId, limit),
    update: async (agent, key, decide) => (await updateAndRead(agent, key, decide, 0)).session,
    updateAndRead,
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
