// Conversations as a list, and what can be done with one beside talking.
import { randomUUID } from "node:crypto";
import * as v from "valibot";
import { AccessError } from "../../../core/errors.ts";
import type { LiveAgent } from "../../../access/live-agents.ts";
import type { AgentId, ProfileId } from "../../../core/ids.ts";
import type { ModelRef } from "../../../core/model-ref.ts";
import type { Session } from "../../../core/session.ts";
import { choose, mainSessionKey, newSession, textOf, turnPlan } from "../../../core/session.ts";
import { wantedIn } from "../../chat/choice.ts";
import { beginAgain } from "../../chat/commands/new.ts";
import { contextOf, defaultsFor, rowOf, sessionNamed, storedSession, tellChanged } from "../conversation.ts";
import type { Call } from "../method.ts";
import { method } from "../method.ts";
import { agentId, alsoKnown, name, nothing } from "../params.ts";
import { sessionEntry } from "../session-row.ts";
import { settings, settingsIn, THINKING_LEVELS } from "../session-settings.ts";
import { message, send } from "./chat.ts";

const limit = v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1000)));
const offset = v.optional(v.pipe(v.number(), v.integer(), v.minValue(0)));
const one = { key: name, agentId };

export const sessionMethods = {
  "sessions.list": method(
    "operator.read",
    v.strictObject({
      limit,
      offset,
      agentId,
      search: v.optional(v.string()),
      includeLastMessage: v.optional(v.boolean()),
      ...alsoKnown("activeMinutes", "includeGlobal", "includeUnknown", "includeDerivedTitles", "label"),
      ...alsoKnown("spawnedBy", "archived", "pinned", "category", "configuredAgentsOnly"),
    }),
    list,
  ),

  "sessions.describe": method(
    "operator.read",
    v.strictObject({ ...one, ...alsoKnown("includeDerivedTitles", "includeLastMessage") }),
    async (call, { key, agentId: agent }) => {
      const named = sessionNamed(call, key, agent);
      const session = await storedSession(call, named);
      return { session: session ? rowOf(call, session, named.agent) : null };
    },
  ),

  "sessions.preview": method(
    "operator.read",
    v.strictObject({
      keys: v.pipe(v.array(name), v.maxLength(100)),
      agentId,
      limit,
      ...alsoKnown("maxChars"),
    }),
    async (call, { keys, limit: most, agentId: agent }) => ({
      ts: call.gateway.now(),
      previews: await Promise.all(keys.map((key) => preview(call, key, most ?? 4, agent))),
    }),
  ),

  "sessions.create": method(
    "operator.write",
    v.strictObject({
      key: v.optional(name),
      agentId,
      model: v.optional(name),
      message: v.optional(message),
      ...alsoKnown("label", "task", "parentSessionKey", "emitCommandHooks"),
    }),
    create,
  ),

  "sessions.send": method(
    "operator.write",
    v.strictObject({
      ...one,
      message,
      idempotencyKey: v.optional(name),
      ...alsoKnown("thinking", "attachments", "timeoutMs"),
    }),
    async (call, { key, message: text, idempotencyKey = randomUUID(), agentId: agent }) => {
      const named = sessionNamed(call, key, agent);
      const sent = await send(call, { sessionKey: key, message: text, idempotencyKey, agentId: agent });
      const session = await storedSession(call, named);
      return { ...sent, messageSeq: (session?.messages ?? 0) + 1 };
    },
  ),

  "sessions.abort": method(
    "operator.write",
    v.strictObject({ key: v.optional(name), runId: v.optional(name), agentId }),
    (call, { key, runId, agentId: agent }) => {
      const { chats } = call.plane;
      const of =
        key === undefined ? runId && chats.find(runId)?.sessionKey : sessionNamed(call, key, agent).key;
      const runIds = of ? chats.abort(of, "rpc", runId) : [];
      return { ok: true, aborted: runIds.length > 0, abortedRunId: runIds[0] ?? null, runIds };
    },
  ),

  "sessions.patch": method(
    "operator.admin",
    v.strictObject({
      ...one,
      model: v.optional(v.nullable(name)),
      ...settings,
      ...alsoKnown("label", "category", "archived", "pinned", "unread"),
    }),
    patch,
  ),

  "sessions.reset": method(
    "operator.admin",
    v.strictObject({ ...one, ...alsoKnown("reason") }),
    async (call, { key, agentId: agent }) => {
      const named = sessionNamed(call, key, agent);
      await beginAgain(await contextOf(call, named));
      await tellChanged(call, named, "reset");
      const session = await storedSession(call, named);
      return { ok: true, key: named.key, entry: session ? sessionEntry(session) : {} };
    },
  ),

  "sessions.delete": method(
    "operator.admin",
    v.strictObject({
      ...one,
      ...alsoKnown("deleteTranscript", "expectedSessionId", "emitLifecycleHooks", "archivedOnly"),
    }),
    async (call, { key, agentId: agent }) => {
      const named = sessionNamed(call, key, agent);
      if (named.key === mainSessionKey(named.agent))
        throw new AccessError(
          "bad_input",
          `Cannot delete the main session (${named.key}). Reset it instead.`,
        );
      call.plane.chats.abort(named.key, "stop");
      const before = await storedSession(call, named);
      if (before) await call.plane.sessions.update(named.agent, named.key, () => ({ session: null }));
      await tellChanged(call, named, "delete");
      return { ok: true, key: named.key, deleted: before !== undefined, archived: [] };
    },
  ),

  "sessions.subscribe": method("operator.read", nothing, ({ plane, peer, tell, left }) => {
    plane.news.add(peer.connId, tell, left);
    return { subscribed: true };
  }),

  "sessions.unsubscribe": method("operator.read", nothing, ({ plane, peer }) => {
    plane.news.remove(peer.connId);
    return { subscribed: false };
  }),
};

interface Listed {
  readonly limit?: number | undefined;
  readonly offset?: number | undefined;
  readonly agentId?: string | undefined;
  readonly search?: string | undefined;
  readonly includeLastMessage?: boolean | undefined;
}

async function list(call: Call, asked: Listed) {
  const { gateway, deps, plane } = call;
  const agents = asked.agentId === undefined ? gateway.config().agents.map(({ id }) => id) : [asked.agentId];
  const found = await Promise.all(
    agents.map(async (agent) => {
      const sessions = await plane.sessions.list(agent).catch((error: unknown) => {
        // One agent's broken file hides no other agent's conversations.
        if (asked.agentId !== undefined) throw error;
        gateway.log.error(error, `The sessions of ${agent} could not be read`);
        return [];
      });
      return sessions.map((session) => ({ agent, session }));
    }),
  );
  const search = asked.search?.toLowerCase();
  const all = found
    .flat()
    .filter(({ session }) => !search || session.key.toLowerCase().includes(search))
    .toSorted((a, b) => b.session.updatedAt - a.session.updatedAt);
  const [from, most] = [asked.offset ?? 0, asked.limit ?? 100];
  const page = all.slice(from, from + most);
  const hasMore = from + page.length < all.length;
  const [model] = defaultsFor(call, agents[0] ?? "main");
  return {
    ts: gateway.now(),
    path: deps.paths().stateDir,
    count: page.length,
    totalCount: all.length,
    limitApplied: most,
    hasMore,
    nextOffset: hasMore ? from + page.length : null,
    defaults: {
      modelProvider: model!.provider,
      model: model!.model,
      contextTokens: null,
      thinkingLevels: THINKING_LEVELS,
    },
    sessions: await Promise.all(
      page.map(async ({ agent, session }) => ({
        ...rowOf(call, session, agent),
        ...(asked.includeLastMessage ? await lastMessage(call, agent, session) : {}),
      })),
    ),
  };
}

const MOST_PREVIEWED = 200;

async function lastMessage({ plane }: Call, agent: AgentId, { sessionId }: Session) {
  const [last] = await plane.sessions.messages(agent, sessionId, 1);
  return last ? { lastMessagePreview: textOf(last).slice(0, MOST_PREVIEWED) } : {};
}

async function preview(call: Call, key: string, most: number, agent: string | undefined) {
  const named = sessionNamed(call, key, agent);
  const session = await storedSession(call, named);
  if (!session) return { key, status: "missing", items: [] };
  const rows = await call.plane.sessions.messages(named.agent, session.sessionId, most);
  const items = rows.map((row) => ({ role: row.role, text: textOf(row).slice(0, MOST_PREVIEWED) }));
  return { key, status: items.length === 0 ? "empty" : "ok", items };
}

interface Created {
  readonly key?: string | undefined;
  readonly agentId?: string | undefined;
  readonly model?: string | undefined;
  readonly message?: string | undefined;
}

async function create(call: Call, asked: Created) {
  const named = sessionNamed(call, asked.key ?? `dashboard:${randomUUID()}`, asked.agentId);
  const session = await chosen(call, named, asked.model);
  const sent =
    asked.message === undefined
      ? undefined
      : await send(call, { sessionKey: named.key, message: asked.message, idempotencyKey: randomUUID() });
  await tellChanged(call, named, "create");
  return {
    ok: true,
    key: named.key,
    sessionId: session.sessionId,
    entry: sessionEntry(session),
    runStarted: sent !== undefined,
    ...(sent ? { runId: sent.runId } : {}),
  };
}

type Patched = Parameters<typeof settingsIn>[0] & {
  readonly key: string;
  readonly agentId?: string | undefined;
  readonly model?: string | null | undefined;
};

async function patch(call: Call, asked: Patched) {
  const named = sessionNamed(call, asked.key, asked.agentId);
  const session = await chosen(call, named, asked.model);
  await tellChanged(call, named, "patch");
  const [model] = turnPlan(session, defaultsFor(call, named.agent)).models;
  return {
    ok: true,
    path: call.deps.paths().stateDir,
    key: named.key,
    entry: { ...sessionEntry(session), ...settingsIn(asked) },
    resolved: {
      modelProvider: model!.provider,
      model: model!.model,
      agentRuntime: { id: "auto", source: "implicit" },
      thinkingLevel: "off",
      thinkingLevels: THINKING_LEVELS,
    },
  };
}

/** The conversation, begun if need be, with the model that is asked for. @param model `null` takes the choice back */
async function chosen(
  call: Call,
  { agent, key }: { readonly agent: AgentId; readonly key: string },
  model: string | null | undefined,
): Promise<Session> {
  const { gateway, live, defaults, session: before } = await contextOf(call, { agent, key });
  const wanted = model ? wantedIn(model, gateway.config(), live) : undefined;
  const choice =
    model === null
      ? { model: null, profile: null }
      : wanted
        ? { model: wanted.model, profile: wanted.profile ?? pinFor(wanted.model, before, live) }
        : {};
  const now = gateway.now();
  const session = await call.plane.sessions.update(agent, key, (stored) => ({
    session: { ...choose(stored ?? newSession(key, randomUUID(), now), choice, defaults), updatedAt: now },
  }));
  await call.plane.chats.foresee(key);
  return session!;
}

/** A pin stays with its provider: no other provider's model could be served by it. */
function pinFor({ provider }: ModelRef, { profile }: Session, { view }: LiveAgent): ProfileId | null {
  if (profile?.source !== "user") return null;
  const pinned = view.snapshot.profiles.find(({ id }) => id === profile.id);
  return (pinned?.provider ?? profile.id.split(":", 1)[0]) === provider ? profile.id : null;
}
