// A conversation as clients of OpenClaw read it: as a row of a list, and as an entry of its store.
import type { Config } from "../../config/config.ts";
import type { ModelRef } from "../../core/model-ref.ts";
import type { Session, SessionName } from "../../core/session.ts";
import { sameModelRef } from "../../core/model-ref.ts";
import { activeModel, agentOfSession, mainSessionKey, turnPlan } from "../../core/session.ts";
import { windowOf } from "../../access/context-window.ts";
import { settingsOf, THINKING_LEVELS } from "./session-settings.ts";

/** Who runs a model is chosen by the model. */
export const AGENT_RUNTIME = { id: "auto", source: "implicit" } as const;

/** What a conversation begins with. */
export function modelDefaults(config: Config, ref: ModelRef | undefined) {
  return {
    modelProvider: ref?.provider ?? null,
    model: ref?.model ?? null,
    contextTokens: (ref && windowOf(config, ref)) ?? null,
    agentRuntime: AGENT_RUNTIME,
    thinkingLevels: THINKING_LEVELS,
    thinkingOptions: THINKING_LEVELS.map(({ label }) => label),
    thinkingDefault: "off",
  };
}

export interface RowFacts {
  readonly defaults: readonly ModelRef[];
  /** runs that have not ended, the running one first */
  readonly active: readonly string[];
  readonly contextTokens?: number | undefined;
}

export function sessionRow(session: Session, { defaults, active, contextTokens }: RowFacts) {
  const { key, sessionId, updatedAt, createdAt, usage, messages } = session;
  const model = activeModel(session, defaults);
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
    agentRuntime: AGENT_RUNTIME,
    ...overrides(session, defaults),
    ...settingsOf(session),
    ...labelOf(session),
    ...(session.title === undefined ? {} : { derivedTitle: session.title }),
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

const labelOf = ({ label }: Session) => (label === undefined ? {} : { label, displayName: label });

/** Of a conversation in which nothing was said: without what only one that has begun has. */
export const unbegunRow = ({ agent, key }: SessionName, model: ModelRef | undefined) => ({
  key,
  kind: "direct",
  agentId: agent,
  isMain: key === mainSessionKey(agent),
  ...(model ? { modelProvider: model.provider, model: model.model } : {}),
  status: "done",
  hasActiveRun: false,
  activeRunIds: [],
});

export function sessionEntry(session: Session) {
  const { sessionId, updatedAt, createdAt, served } = session;
  return {
    sessionId,
    createdAt,
    updatedAt,
    ...(session.label === undefined ? {} : { label: session.label }),
    ...overrides(session),
    ...settingsOf(session),
    ...(served ? { modelProvider: served.provider, model: served.model } : {}),
  };
}

/** What is held on to, by OpenClaw's names; a fallback that answers is held on to until the first model is back. */
const overrides = ({ model, profile, ...session }: Session, defaults?: readonly ModelRef[]) => ({
  ...(model
    ? { providerOverride: model.provider, modelOverride: model.model, modelOverrideSource: "user" }
    : defaults
      ? fallback(turnPlan(session, defaults).models[0], activeModel(session, defaults))
      : {}),
  ...(profile ? { authProfileOverride: profile.id, authProfileOverrideSource: profile.source } : {}),
});

function fallback(first: ModelRef | undefined, active: ModelRef | undefined) {
  if (!first || !active || sameModelRef(first, active)) return {};
  return {
    providerOverride: active.provider,
    modelOverride: active.model,
    modelOverrideSource: "auto",
    modelOverrideFallbackOriginProvider: first.provider,
    modelOverrideFallbackOriginModel: first.model,
  };
}
