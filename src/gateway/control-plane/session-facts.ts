// What `health` and `status` say of conversations: how many each agent has, and the newest.
import type { AgentId } from "../../core/ids.ts";
import type { Session } from "../../core/session.ts";
import { sessionFile } from "../../store/sessions.ts";
import { rowOf } from "./conversation.ts";
import type { Call } from "./method.ts";

const MOST_RECENT = 5;

export interface AgentSessions {
  readonly agent: AgentId;
  readonly path: string;
  /** newest first */
  readonly sessions: readonly Session[];
}

/** One agent's broken file hides no other agent's conversations. */
export const sessionsByAgent = ({ gateway, deps, plane }: Call): Promise<AgentSessions[]> =>
  Promise.all(
    gateway.config().agents.map(async ({ id: agent }) => {
      const path = sessionFile(deps.paths().agentDatabase(agent));
      return { agent, path, sessions: await plane.sessions.list(agent).catch(() => []) };
    }),
  );

/** As `health` has it. */
export const healthSessions = ({ path, sessions }: AgentSessions, now: number) => ({
  path,
  count: sessions.length,
  recent: sessions
    .slice(0, MOST_RECENT)
    .map(({ key, updatedAt }) => ({ key, updatedAt, age: now - updatedAt })),
});

/** As `status` has it. */
export function statusSessions(call: Call, all: readonly AgentSessions[]) {
  const rows = all.flatMap(({ agent, sessions }) => sessions.map((session) => ({ agent, session })));
  const newest = rows.toSorted((a, b) => b.session.updatedAt - a.session.updatedAt);
  const recentOf = (some: typeof rows) =>
    some.slice(0, MOST_RECENT).map(({ agent, session }) => recentRow(call, session, agent));
  return {
    paths: all.map(({ path }) => path),
    count: rows.length,
    recent: recentOf(newest),
    byAgent: all.map(({ agent, path, sessions }) => ({
      agentId: agent,
      path,
      count: sessions.length,
      recent: recentOf(newest.filter((row) => row.agent === agent)),
    })),
  };
}

function recentRow(call: Call, session: Session, agent: AgentId) {
  const { key, kind, sessionId, updatedAt, ...row } = rowOf(call, session, agent);
  const { model = null, inputTokens, outputTokens, totalTokens, contextTokens = null } = row;
  const left = contextTokens === null ? null : Math.max(0, contextTokens - totalTokens);
  return {
    agentId: agent,
    key,
    kind,
    sessionId,
    updatedAt,
    age: call.gateway.now() - updatedAt,
    model,
    inputTokens,
    outputTokens,
    totalTokens,
    contextTokens,
    remainingTokens: left,
    percentUsed: contextTokens ? Math.min(999, Math.round((100 * totalTokens) / contextTokens)) : null,
    flags: [],
  };
}
