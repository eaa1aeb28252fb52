// Conversations as a list, and what is said in them. Who subscribes is told of each change.
import * as v from "valibot";
import { AccessError } from "../../../core/errors.ts";
import type { AgentId } from "../../../core/ids.ts";
import type { Session } from "../../../core/session.ts";
import { textOf } from "../../../core/session.ts";
import { chooseAgent } from "../../../access/read-view.ts";
import { storedSessions } from "../stored-sessions.ts";
import { defaultsFor, rowOf, sessionNamed, storedSession } from "../conversation.ts";
import type { Call } from "../method.ts";
import { method } from "../method.ts";
import { agentId, alsoKnown, name, nothing, wholeNumber } from "../params.ts";
import { modelDefaults } from "../session-row.ts";

const MOST_ROWS = 1000;
const MOST_PREVIEWS = 100;
const limit = v.optional(wholeNumber(1, MOST_ROWS));
const one = { key: name, agentId };

export const sessionListMethods = {
  "sessions.list": method(
    "operator.read",
    v.strictObject({
      limit,
      offset: v.optional(wholeNumber(0, Number.MAX_SAFE_INTEGER)),
      agentId,
      search: v.optional(v.string()),
      label: v.optional(v.string()),
      activeMinutes: v.optional(v.pipe(v.number(), v.minValue(1))),
      includeLastMessage: v.optional(v.boolean()),
      ...alsoKnown("includeGlobal", "includeUnknown", "includeDerivedTitles"),
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

  /** The full key of a conversation that exists. */
  "sessions.resolve": method(
    "operator.read",
    v.strictObject({
      key: v.optional(name),
      sessionId: v.optional(name),
      label: v.optional(v.string()),
      agentId,
      ...alsoKnown("includeGlobal", "includeUnknown", "spawnedBy"),
    }),
    resolve,
  ),

  "sessions.preview": method(
    "operator.read",
    v.strictObject({
      keys: v.pipe(v.array(name), v.maxLength(MOST_PREVIEWS)),
      agentId,
      limit,
      ...alsoKnown("maxChars"),
    }),
    async (call, { keys, limit: most, agentId: agent }) => ({
      ts: call.gateway.now(),
      previews: await Promise.all(keys.map((key) => preview(call, key, most ?? 4, agent))),
    }),
  ),

  "sessions.subscribe": method("operator.read", nothing, ({ plane, peer, tell, left }) => {
    plane.news.subscribe(peer.connId, tell, left);
    return { subscribed: true };
  }),

  "sessions.unsubscribe": method("operator.read", nothing, ({ plane, peer }) => {
    plane.news.unsubscribe(peer.connId);
    return { subscribed: false };
  }),

  "sessions.messages.subscribe": method("operator.read", v.strictObject(one), (call, asked) => {
    const { key } = sessionNamed(call, asked.key, asked.agentId);
    call.plane.news.follow(call.peer.connId, key, call.tell, call.left);
    return { subscribed: true, key };
  }),

  "sessions.messages.unsubscribe": method("operator.read", v.strictObject(one), (call, asked) => {
    const { key } = sessionNamed(call, asked.key, asked.agentId);
    call.plane.news.unfollow(call.peer.connId, key);
    return { subscribed: false, key };
  }),
};

interface Listed {
  readonly limit?: number | undefined;
  readonly offset?: number | undefined;
  readonly agentId?: string | undefined;
  readonly search?: string | undefined;
  readonly label?: string | undefined;
  readonly activeMinutes?: number | undefined;
  readonly includeLastMessage?: boolean | undefined;
}

const MINUTE_MS = 60_000;

async function list(call: Call, asked: Listed) {
  const { gateway, deps } = call;
  const found = await storedSessions(call, asked.agentId);
  const label = asked.label?.trim();
  const search = asked.search?.toLowerCase();
  const since = asked.activeMinutes === undefined ? 0 : gateway.now() - asked.activeMinutes * MINUTE_MS;
  const all = found
    .filter(({ session }) => session.updatedAt >= since)
    .filter(({ session }) => !label || session.label === label)
    .filter(({ session }) => !search || searched(session).includes(search))
    .toSorted((a, b) => b.session.updatedAt - a.session.updatedAt);
  const [from, most] = [asked.offset ?? 0, asked.limit ?? 100];
  const page = all.slice(from, from + most);
  const hasMore = from + page.length < all.length;
  const [model] = defaultsFor(call, chooseAgent(gateway.config(), asked.agentId));
  return {
    ts: gateway.now(),
    path: deps.paths().stateDir,
    count: page.length,
    totalCount: all.length,
    limitApplied: most,
    hasMore,
    nextOffset: hasMore ? from + page.length : null,
    defaults: modelDefaults(gateway.config(), model),
    sessions: await Promise.all(
      page.map(async ({ agent, session }) => ({
        ...rowOf(call, session, agent),
        ...(asked.includeLastMessage ? await lastMessage(call, agent, session) : {}),
      })),
    ),
  };
}

const searched = ({ key, label = "" }: Session): string => `${key}\n${label}`.toLowerCase();

const MOST_PREVIEWED = 200;

async function lastMessage({ plane }: Call, agent: AgentId, { sessionId }: Session) {
  const [last] = await plane.sessions.messages(agent, sessionId, 1);
  return last ? { lastMessagePreview: textOf(last).slice(0, MOST_PREVIEWED) } : {};
}

/** A conversation whose agent is gone, or whose file cannot be read, costs itself alone. */
async function preview(call: Call, key: string, most: number, agent: string | undefined) {
  try {
    return await newestOf(call, key, most, agent);
  } catch (error) {
    if (error instanceof AccessError) return { key, status: "error", items: [] };
    throw error;
  }
}

async function newestOf(call: Call, key: string, most: number, agent: string | undefined) {
  const named = sessionNamed(call, key, agent);
  const session = await storedSession(call, named);
  if (!session) return { key, status: "missing", items: [] };
  const rows = await call.plane.sessions.messages(named.agent, session.sessionId, most);
  const items = rows.map((row) => ({ role: row.role, text: textOf(row).slice(0, MOST_PREVIEWED) }));
  return { key, status: items.length === 0 ? "empty" : "ok", items };
}

interface Meant {
  readonly key?: string | undefined;
  readonly sessionId?: string | undefined;
  readonly label?: string | undefined;
  readonly agentId?: string | undefined;
}

async function resolve(call: Call, { key, sessionId, label, agentId: agent }: Meant) {
  if ([key, sessionId, label].filter((each) => each !== undefined).length !== 1)
    throw new AccessError("bad_input", "Name a session by key, by sessionId or by label.");
  const found = key === undefined ? await storedSessions(call, agent) : [];
  const named = key === undefined ? undefined : await storedSession(call, sessionNamed(call, key, agent));
  const wanted = label?.trim();
  const meant = found
    .map(({ session }) => session)
    .filter((session) => (wanted === undefined ? session.sessionId === sessionId : session.label === wanted));
  const [session = named, ...others] = meant;
  if (others.length > 0)
    throw new AccessError(
      "bad_input",
      `Multiple sessions found with label: ${wanted} (${meant.map((each) => each.key).join(", ")}). Name the agent.`,
    );
  if (session) return { ok: true, key: session.key };
  throw new AccessError("bad_input", `No session found: ${key ?? sessionId ?? wanted}`);
}
