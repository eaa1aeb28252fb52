// A conversation as clients of OpenClaw read it: as a row of a list, and as an entry of its store.
import type { ModelRef } from "../../core/model-ref.ts";
import type { Session } from "../../core/session.ts";
import { agentOfSession, mainSessionKey, turnPlan } from "../../core/session.ts";

export interface RowFacts {
  readonly defaults: readonly ModelRef[];
  /** runs that have not ended, the running one first */
  readonly active: readonly string[];
  readonly contextTokens?: number | undefined;
}

export function sessionRow(session: Session, { defaults, active, contextTokens }: RowFacts) {
  const { key, sessionId, updatedAt, createdAt, usage, messages } = session;
  const [model] = turnPlan(session, defaults).models;
  const agentId = agentOfSession(key);
  return {
    key,
    kind: "direct",
    agentId,
    isMain: key === mainSessionKey(agentId),
    sessionId,
    createdAt,
    updatedAt,
    ...(model ? { modelProvider: model.provider, model: model.model } : {}),
    ...(contextTokens === undefined ? {} : { contextTokens }),
    ...overrides(session),
    status: active.length > 0 ? "running" : "done",
    inputTokens: usage.input,
    outputTokens: usage.output,
    totalTokens: usage.input + usage.output,
    turns: usage.turns,
    messageCount: messages,
    hasActiveRun: active.length > 0,
    activeRunIds: active,
  };
}

export function sessionEntry(session: Session) {
  const { sessionId, updatedAt, createdAt, served } = session;
  return {
    sessionId,
    createdAt,
    updatedAt,
    ...overrides(session),
    ...(served ? { modelProvider: served.provider, model: served.model } : {}),
  };
}

/** What is held on to, by OpenClaw's names. */
const overrides = ({ model, profile }: Session) => ({
  ...(model
    ? { providerOverride: model.provider, modelOverride: model.model, modelOverrideSource: "user" }
    : {}),
  ...(profile ? { authProfileOverride: profile.id, authProfileOverrideSource: profile.source } : {}),
});
