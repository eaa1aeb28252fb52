// `openclaw sessions`: the conversations that are kept, newest first (OpenClaw docs, "Sessions").
import type { Config } from "../config/config.ts";
import { defaultModelOf } from "../config/model-names.ts";
import type { AgentId } from "../core/ids.ts";
import type { ModelRef } from "../core/model-ref.ts";
import type { Session } from "../core/session.ts";
import { activeModel } from "../core/session.ts";
import { openSessionStore, sessionFile } from "../store/sessions.ts";
import { windowOf } from "./context-window.ts";
import type { Deps } from "./deps.ts";
import { chooseAgent } from "./read-view.ts";

export interface SessionsRequest {
  /** one agent, the default one unless given; or all that are configured */
  readonly agents: AgentId | "all" | undefined;
  /** only what changed in these last minutes */
  readonly activeMinutes?: number | undefined;
  readonly limit: number | "all";
}

/** Times are ms since epoch. Keys and their order are OpenClaw's. */
export interface SessionsReport {
  /** of the one agent; `null` for all */
  readonly path: string | null;
  readonly stores?: readonly { readonly agentId: AgentId; readonly path: string }[];
  readonly allAgents?: true;
  readonly count: number;
  readonly totalCount: number;
  readonly limitApplied: number | null;
  readonly hasMore: boolean;
  readonly activeMinutes: number | null;
  readonly sessions: readonly SessionListRow[];
}

export interface SessionListRow {
  readonly key: string;
  /** what a person calls it */
  readonly label?: string;
  readonly updatedAt: number;
  readonly ageMs: number;
  readonly sessionId: string;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly totalTokens: number;
  readonly turns: number;
  readonly model: string | null;
  readonly modelProvider: string | null;
  /** a person chose it: nothing else answers in its place */
  readonly modelPinned?: true;
  /** what fits into the model, when that is known */
  readonly contextTokens: number | null;
  readonly authProfileOverride?: string;
  readonly authProfileOverrideSource?: "user" | "auto";
  readonly agentId: AgentId;
  readonly kind: "direct";
}

/** @throws AccessError `unknown_agent`, `config_invalid`, `store_unreadable` */
export async function listSessions(deps: Deps, request: SessionsRequest): Promise<SessionsReport> {
  const config = deps.config();
  const agents = agentsOf(config, request.agents);
  const pathOf = (agent: AgentId) => sessionFile(deps.paths().agentDatabase(agent));
  const store = openSessionStore(pathOf);
  const now = deps.now();
  const since = request.activeMinutes === undefined ? -Infinity : now - request.activeMinutes * 60_000;
  const found = await Promise.all(
    agents.map(async (agentId) => {
      const { resolved, fallbacks } = defaultModelOf(config, agentId);
      const sessions = await store.list(agentId);
      return sessions.map((session) =>
        rowOf(session, { config, agentId, defaults: [resolved.ref, ...fallbacks], now }),
      );
    }),
  );
  const rows = found
    .flat()
    .filter(({ updatedAt }) => updatedAt >= since)
    .toSorted((a, b) => b.updatedAt - a.updatedAt);
  const sessions = request.limit === "all" ? rows : rows.slice(0, request.limit);
  return {
    ...(request.agents === "all"
      ? {
          path: null,
          stores: agents.map((agentId) => ({ agentId, path: pathOf(agentId) })),
          allAgents: true as const,
        }
      : { path: pathOf(agents[0]!) }),
    count: sessions.length,
    totalCount: rows.length,
    limitApplied: request.limit === "all" ? null : request.limit,
    hasMore: sessions.length < rows.length,
    activeMinutes: request.activeMinutes ?? null,
    sessions,
  };
}

const agentsOf = (config: Config, asked: SessionsRequest["agents"]): readonly AgentId[] =>
  asked === "all" ? config.agents.map(({ id }) => id) : [chooseAgent(config, asked)];

interface RowFacts {
  readonly config: Config;
  readonly agentId: AgentId;
  readonly defaults: readonly ModelRef[];
  readonly now: number;
}

function rowOf(session: Session, { config, agentId, defaults, now }: RowFacts): SessionListRow {
  const { key, updatedAt, sessionId, usage, profile, model: chosen } = session;
  const model = activeModel(session, defaults);
  return {
    key,
    ...(session.label === undefined ? {} : { label: session.label }),
    updatedAt,
    ageMs: Math.max(0, now - updatedAt),
    sessionId,
    inputTokens: usage.input,
    outputTokens: usage.output,
    totalTokens: usage.input + usage.output,
    turns: usage.turns,
    model: model?.model ?? null,
    modelProvider: model?.provider ?? null,
    ...(chosen ? { modelPinned: true as const } : {}),
    contextTokens: (model && windowOf(config, model)) ?? null,
    ...(profile ? { authProfileOverride: profile.id, authProfileOverrideSource: profile.source } : {}),
    agentId,
    kind: "direct",
  };
}
