// Sessions for the gateway: kept by the store's thread; what is decided stays on this side.
import type { AgentId } from "../core/ids.ts";
import { basisOfSession } from "./sessions.ts";
import type { SessionStore } from "./sessions.ts";
import type { AskThread, Place } from "./thread-protocol.ts";

/** @param ask asks the thread, which lives and ends with the store */
export function sessionsThrough(ask: AskThread, fileOf: (agent: AgentId) => string): SessionStore {
  const at = (agent: AgentId): Place => ({ agent, file: fileOf(agent) });
  return {
    find: (agent, key) => ask("session", { place: at(agent), key }),
    list: (agent) => ask("sessions", { place: at(agent) }),
    messages: (agent, sessionId, limit) => ask("messages", { place: at(agent), sessionId, limit }),
    async update(agent, key, decide) {
      const place = at(agent);
      let session = await ask("session", { place, key });
      for (;;) {
        const change = decide(session);
        if (!change) return session;
        const outcome = await ask("commitSession", { place, key, change, basis: basisOfSession(session) });
        if ("left" in outcome) return outcome.left;
        session = outcome.moved;
      }
    },
    close: async () => undefined,
  };
}
