// Sessions that another thread or process keeps: what is decided stays on this side.
import type { AgentId } from "../core/ids.ts";
import type { Session } from "../core/session.ts";
import { basisOfSession } from "./sessions.ts";
import type { SessionChange, SessionStore } from "./sessions.ts";
import type { AskThread, Place } from "./thread-protocol.ts";

/** `moved`: nothing was changed, the session is another one by now. */
export type CommitOutcome = { readonly left: Session | undefined } | { readonly moved: Session | undefined };

/** How the other side is asked. */
export interface SessionsElsewhere extends Pick<SessionStore, "find" | "list" | "messages"> {
  /** Applied only while the session is still `basis`. */
  commit(agent: AgentId, key: string, change: SessionChange, basis: string): Promise<CommitOutcome>;
}

/** Of what this side saw last, so that a conversation that goes on is not asked for before each change. */
const MOST_REMEMBERED = 1000;

export function sessionsFrom({ find, list, messages, commit }: SessionsElsewhere): SessionStore {
  const seen = new Map<string, Session | undefined>();
  const remember = (name: string, session: Session | undefined): Session | undefined => {
    seen.delete(name);
    seen.set(name, session);
    const [oldest] = seen.keys();
    if (seen.size > MOST_REMEMBERED) seen.delete(oldest!);
    return session;
  };
  return {
    find,
    list,
    messages,
    async update(agent, key, decide) {
      const name = `${agent} ${key}`;
      let isKnown = !seen.has(name);
      let session = isKnown ? await find(agent, key) : seen.get(name);
      for (;;) {
        const change = decided(decide, session, isKnown);
        if (change) {
          const outcome = await commit(agent, key, change, basisOfSession(session));
          if ("left" in outcome) return remember(name, outcome.left);
          session = outcome.moved;
        } else if (isKnown) return remember(name, session);
        // Others may have changed it meanwhile: no change, like a refusal, is for the session as it is.
        else session = await find(agent, key);
        isKnown = true;
      }
    },
    close: async () => undefined,
  };
}

/** What is decided of a session that may be another one by now is only a change, which is checked. */
function decided(
  decide: Parameters<SessionStore["update"]>[2],
  session: Session | undefined,
  isKnown: boolean,
): SessionChange | undefined {
  if (isKnown) return decide(session);
  try {
    return decide(session);
  } catch {
    return undefined;
  }
}

/** On the side that keeps them. */
export async function commitSession(
  sessions: Pick<SessionStore, "update">,
  ...[agent, key, change, basis]: Parameters<SessionsElsewhere["commit"]>
): Promise<CommitOutcome> {
  let moved: { session: Session | undefined } | undefined;
  const left = await sessions.update(agent, key, (session) => {
    moved = basisOfSession(session) === basis ? undefined : { session };
    return moved ? undefined : change;
  });
  return moved ? { moved: moved.session } : { left };
}

/** @param ask asks the thread, which lives and ends with the store */
export function sessionsThrough(ask: AskThread, fileOf: (agent: AgentId) => string): SessionStore {
  const at = (agent: AgentId): Place => ({ agent, file: fileOf(agent) });
  return sessionsFrom({
    find: (agent, key) => ask("session", { place: at(agent), key }),
    list: (agent) => ask("sessions", { place: at(agent) }),
    messages: (agent, sessionId, limit) => ask("messages", { place: at(agent), sessionId, limit }),
    commit: (agent, key, change, basis) => ask("commitSession", { place: at(agent), key, change, basis }),
  });
}
