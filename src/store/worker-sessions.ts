// Sessions that another thread or process keeps: what is decided stays on this side.
import type { AgentId } from "../core/ids.ts";
import type { ChatMessage, Session } from "../core/session.ts";
import type { Seen } from "./session-memory.ts";
import { SessionMemory } from "./session-memory.ts";
import type {
  CommitOutcome,
  Decide,
  SessionChange,
  SessionCommit,
  SessionStore,
  Updated,
} from "./sessions.ts";
import { basisOfSession } from "./sessions.ts";
import type { AskThread, Place } from "./thread-protocol.ts";

/** How the other side is asked. */
export interface SessionsElsewhere extends Pick<SessionStore, "find" | "list" | "messages"> {
  /** Applied only while the session is still `basis`. */
  commit(agent: AgentId, commit: SessionCommit): Promise<CommitOutcome>;
}

export function sessionsFrom(elsewhere: SessionsElsewhere): SessionStore {
  const { find, list, messages } = elsewhere;
  const updateAndRead = updating(elsewhere);
  return {
    find,
    list,
    messages,
    update: async (agent, key, decide) => (await updateAndRead(agent, key, decide, 0)).session,
    updateAndRead,
    close: async () => undefined,
  };
}

/** Of a conversation that goes on nothing is asked before a change, nor is its transcript after it. */
function updating({ find, messages, commit }: SessionsElsewhere): SessionStore["updateAndRead"] {
  const memory = new SessionMemory();
  const asItIs = async (agent: AgentId, session: Session | undefined, limit: number): Promise<Updated> => ({
    session,
    transcript: session && limit > 0 ? await messages(agent, session.sessionId, limit) : [],
  });
  return async (agent, key, decide, limit, expect) => {
    const name = `${agent} ${key}`;
    let seen = memory.get(name);
    let session = seen ? seen.session : await find(agent, key);
    for (;;) {
      const change = decided(decide, session, seen !== undefined);
      if (change) {
        const rows = seen && rowsAfter(change, seen, limit);
        const expected = rows && { session: change.session ?? undefined, transcript: newest(rows, limit) };
        if (expected) expect?.(expected);
        memory.forget(name);
        const asked = { key, change, basis: basisOfSession(session), limit: expected ? 0 : limit };
        const outcome = await commit(agent, asked);
        if ("left" in outcome) {
          const { left } = outcome;
          const known = rows ? { rows, limit: seen!.limit } : { rows: left.transcript, limit };
          memory.set(name, { session: left.session, ...known });
          return expected ?? left;
        }
        session = outcome.moved;
      } else if (!seen) {
        memory.set(name, { session, rows: [], limit: 0 });
        return await asItIs(agent, session, limit);
      }
      // Others may have changed it meanwhile: no change, like a refusal, is for the session as it is.
      else session = await find(agent, key);
      seen = undefined;
    }
  };
}

/** The transcript behind a change, as far as it is known. */
function rowsAfter(change: SessionChange, seen: Seen, limit: number): readonly ChatMessage[] | undefined {
  if (change.session?.sessionId !== seen.session?.sessionId || limit > seen.limit) return undefined;
  return change.append ? newest([...seen.rows, ...change.append], seen.limit) : seen.rows;
}

const newest = (rows: readonly ChatMessage[], limit: number): readonly ChatMessage[] =>
  limit > 0 ? rows.slice(-limit) : [];

/** What is decided of a session that may be another one by now is only a change, which is checked. */
function decided(
  decide: Decide,
  session: Session | undefined,
  mayBeAnother: boolean,
): SessionChange | undefined {
  if (!mayBeAnother) return decide(session);
  try {
    return decide(session);
  } catch {
    return undefined;
  }
}

/** On the side that keeps them. */
export async function commitSession(
  sessions: Pick<SessionStore, "updateAndRead">,
  agent: AgentId,
  { key, change, basis, limit }: SessionCommit,
): Promise<CommitOutcome> {
  let moved: { session: Session | undefined } | undefined;
  const decide: Decide = (session) => {
    moved = basisOfSession(session) === basis ? undefined : { session };
    return moved ? undefined : change;
  };
  const left = await sessions.updateAndRead(agent, key, decide, limit);
  return moved ? { moved: moved.session } : { left };
}

/** @param ask asks the thread, which lives and ends with the store */
export function sessionsThrough(ask: AskThread, fileOf: (agent: AgentId) => string): SessionStore {
  const at = (agent: AgentId): Place => ({ agent, file: fileOf(agent) });
  return sessionsFrom({
    find: (agent, key) => ask("session", { place: at(agent), key }),
    list: (agent) => ask("sessions", { place: at(agent) }),
    messages: (agent, sessionId, limit) => ask("messages", { place: at(agent), sessionId, limit }),
    commit: (agent, commit) => ask("commitSession", { place: at(agent), commit }),
  });
}
