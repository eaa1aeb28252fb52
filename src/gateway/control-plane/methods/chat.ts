// A conversation: what is said in it, its history, its end.
import * as v from "valibot";
import { COMMANDS } from "../../chat/commands.ts";
import { defaultsFor, rowOf, sessionNamed, storedSession } from "../conversation.ts";
import { tellLostRun } from "../lost-run.ts";
import type { Call } from "../method.ts";
import { method } from "../method.ts";
import { modelRows } from "../model-rows.ts";
import { agentId, alsoKnown, name, wholeNumber } from "../params.ts";
import { attachments, message, send } from "../sending.ts";
import { modelDefaults, unbegunRow } from "../session-row.ts";

const MOST_ROWS = 1000;
const USUAL_ROWS = 200;
const asked = {
  sessionKey: name,
  agentId,
  limit: v.optional(wholeNumber(1, MOST_ROWS), USUAL_ROWS),
  ...alsoKnown("maxChars"),
};

export const chatMethods = {
  "chat.send": method(
    "operator.write",
    v.strictObject({
      sessionKey: name,
      message,
      idempotencyKey: name,
      agentId,
      attachments,
      ...alsoKnown("sessionId", "thinking", "fastMode", "fastAutoOnSeconds", "deliver", "timeoutMs"),
      ...alsoKnown("originatingChannel", "originatingTo", "originatingAccountId", "originatingThreadId"),
      ...alsoKnown("systemInputProvenance", "systemProvenanceReceipt", "suppressCommandInterpretation"),
    }),
    (call, sent) => send(call, sent),
  ),

  "chat.abort": method(
    "operator.write",
    v.strictObject({
      sessionKey: name,
      agentId,
      runId: v.optional(name),
      ...alsoKnown("preserveSideRuns"),
    }),
    (call, { sessionKey, runId, agentId: agent }) => {
      const { key } = sessionNamed(call, sessionKey, agent);
      const runIds = call.plane.chats.abort(key, "rpc", runId);
      return { ok: true, aborted: runIds.length > 0, runIds };
    },
  ),

  /** `offset`: so many of the newest rows were seen before. */
  "chat.history": method(
    "operator.read",
    v.strictObject({ ...asked, offset: v.optional(wholeNumber(0, MOST_ROWS), 0) }),
    history,
  ),

  /** All that a window of a conversation asks for when it opens. */
  "chat.startup": method("operator.read", v.strictObject(asked), async (call, opened) => ({
    ...(await history(call, { ...opened, offset: 0 })),
    metadata: await metadata(call),
  })),

  "chat.metadata": method("operator.read", v.strictObject({ agentId }), metadata),

  "commands.list": method(
    "operator.read",
    v.strictObject({ agentId, ...alsoKnown("provider", "scope", "includeArgs") }),
    () => ({ commands: commandRows() }),
  ),
};

async function metadata({ deps }: Call) {
  const { models } = await modelRows(deps, false);
  return { models, commands: commandRows() };
}

const commandRows = () =>
  COMMANDS.map(({ name: command, summary, usage }) => ({
    name: command,
    nativeName: command,
    textAliases: [`/${command}`],
    description: summary,
    source: "native",
    scope: "both",
    category: "session",
    acceptsArgs: usage !== undefined,
    ...(usage === undefined ? {} : { usage }),
  }));

interface Page {
  readonly sessionKey: string;
  readonly agentId?: string | undefined;
  readonly limit: number;
  readonly offset: number;
}

async function history(call: Call, { sessionKey, agentId: agent, limit, offset }: Page) {
  const named = sessionNamed(call, sessionKey, agent);
  const session = await storedSession(call, named);
  const [model] = defaultsFor(call, named.agent);
  // One row more tells whether there are others before it.
  const rows = session
    ? await call.plane.sessions.messages(named.agent, session.sessionId, limit + offset + 1)
    : [];
  const older = rows.slice(0, Math.max(0, rows.length - offset));
  const hasMore = older.length > limit;
  const inFlightRun = call.plane.chats.inFlight(named.key);
  tellLostRun(call, named, rows.at(-1));
  return {
    sessionKey: named.key,
    ...(session ? { sessionId: session.sessionId } : {}),
    sessionInfo: session ? rowOf(call, session, named.agent) : unbegunRow(named, model),
    ...(inFlightRun ? { inFlightRun } : {}),
    messages: older.slice(-limit),
    hasMore,
    nextOffset: hasMore ? offset + limit : null,
    defaults: modelDefaults(call.gateway.config(), model),
    thinkingLevel: session?.thinking ?? "off",
  };
}
