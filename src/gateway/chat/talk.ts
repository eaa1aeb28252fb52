// A stored conversation, as programs that go on with it in sessions of their own know it.
import type { Talk } from "../../access/cli-backends/sessions.ts";
import type { AgentId } from "../../core/ids.ts";
import type { Session } from "../../core/session.ts";

/** Unlike any other's, and another one after `/new`. */
export const talkOf = (
  agent: AgentId,
  { key, sessionId, programs }: Pick<Session, "key" | "sessionId" | "programs">,
): Talk => ({ name: `${agent} ${key} ${sessionId}`, programs });
