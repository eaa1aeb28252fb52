// A conversation: what is said in it, its history, its end.
import * as v from "valibot";
import type { ChatMessage, ImageContent } from "../../../core/session.ts";
import { AccessError } from "../../../core/errors.ts";
import { commandIn } from "../../chat/commands.ts";
import { COMMANDS } from "../../chat/commands.ts";
import type { KnownRun } from "../../chat/chats.ts";
import { TurnEvents } from "../../chat/turn-events.ts";
import { contextOf, defaultsFor, rowOf, sessionNamed, storedSession, tellChanged } from "../conversation.ts";
import type { Call } from "../method.ts";
import { method } from "../method.ts";
import { agentId, alsoKnown, name, wholeNumber } from "../params.ts";

export const attachments = v.optional(
  v.array(
    v.looseObject({
      type: v.optional(v.string()),
      mimeType: v.optional(v.string()),
      content: v.optional(v.string()),
    }),
  ),
);
type Attachment = NonNullable<v.InferOutput<typeof attachments>>[number];

const rowLimit = v.optional(wholeNumber(1, 1000));
const MOST_CHARACTERS = 2_000_000;
export const message = v.pipe(
  v.string(),
  v.maxLength(MOST_CHARACTERS, `must have at most ${MOST_CHARACTERS} characters`),
);

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
    (call, asked) => send(call, asked),
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

  "chat.history": method(
    "operator.read",
    v.strictObject({
      sessionKey: name,
      agentId,
      limit: rowLimit,
      ...alsoKnown("offset", "maxChars"),
    }),
    (call, { sessionKey, limit, agentId: agent }) => history(call, sessionKey, limit ?? 200, agent),
  ),

  /** All that a window of a conversation asks for when it opens. */
  "chat.startup": method(
    "operator.read",
    v.strictObject({ sessionKey: name, agentId, limit: rowLimit, ...alsoKnown("maxChars") }),
    async (call, { sessionKey, limit, agentId: agent }) => ({
      ...(await history(call, sessionKey, limit ?? 200, agent)),
      metadata: metadata(),
    }),
  ),

  "chat.metadata": method("operator.read", v.strictObject({ agentId }), () => metadata()),

  "commands.list": method(
    "operator.read",
    v.strictObject({ agentId, ...alsoKnown("provider", "scope", "includeArgs") }),
    () => metadata(),
  ),
};

const metadata = () => ({
  commands: COMMANDS.map(({ name: command, summary, usage }) => ({
    name: command,
    textAliases: [`/${command}`],
    description: summary,
    source: "native",
    scope: "both",
    category: "session",
    acceptsArgs: usage !== undefined,
    ...(usage === undefined ? {} : { usage }),
  })),
});

interface Sent {
  readonly sessionKey: string;
  readonly message: string;
  readonly idempotencyKey: string;
  readonly agentId?: string | undefined;
  readonly attachments?: readonly Attachment[] | undefined;
}

/** @throws AccessError `bad_input` */
export function contentOf({
  message: text,
  attachments: attached = [],
}: Pick<Sent, "message" | "attachments">) {
  const images = attached.map(imageOf);
  if (text.trim() === "" && images.length === 0)
    throw new AccessError("bad_input", "message must not be empty");
  return [...(text === "" ? [] : [{ type: "text" as const, text }]), ...images];
}

const isBase64 = (text: string): boolean => text.length % 4 === 0 && /^[A-Za-z0-9+/]+={0,2}$/.test(text);

function imageOf({ mimeType, content }: Attachment): ImageContent {
  // A picture that no provider can read would spoil every later turn of the conversation.
  const data = content?.replace(/^data:[^,]{0,200};base64,/, "");
  if (mimeType?.startsWith("image/") && data && isBase64(data)) return { type: "image", mimeType, data };
  throw new AccessError("bad_input", "An attachment is an image: mimeType image/… and content in base64.");
}

export async function send(call: Call, asked: Sent) {
  const named = sessionNamed(call, asked.sessionKey, asked.agentId);
  const runId = asked.idempotencyKey;
  const { chats, news } = call.plane;
  const known = chats.find(runId);
  if (known) refuseForeign(known, named.key);
  if (known) return { runId, status: known.end ? "ok" : "in_flight" };
  if (await answeredByCommand(call, named, asked.message, runId)) return { runId, status: "started" };
  const { run } = chats.send({ ...named, runId, content: contentOf(asked) });
  void tellChanged(call, named, "send");
  void run.ended.then(async (end) => {
    await tellChanged(call, named, "turn");
    if (end.kind === "ok" && news.wanted)
      news.tell("session.message", { sessionKey: named.key, message: end.message, runId });
  });
  return { runId, status: "started" };
}

/** @throws AccessError `bad_input` when the key of a run is used again for another conversation */
export function refuseForeign({ sessionKey }: KnownRun, key: string): void {
  if (sessionKey === key) return;
  throw new AccessError(
    "bad_input",
    `This idempotencyKey belongs to a run of ${sessionKey}. Every message needs its own.`,
  );
}

/** Commands are answered here; their answer is an event like any other. */
export async function answeredByCommand(
  call: Call,
  named: { readonly agent: string; readonly key: string },
  text: string,
  runId: string,
): Promise<boolean> {
  const found = commandIn(text);
  if (!found) return false;
  const { gateway, plane } = call;
  const startedAt = gateway.now();
  const context = await contextOf(call, named);
  const words = await found.command.run(found.words, context).catch((error: unknown) => {
    if (error instanceof AccessError) return `⚠️ ${error.message}`;
    throw error;
  });
  const reply: ChatMessage = {
    role: "assistant",
    content: [{ type: "text", text: words }],
    timestamp: gateway.now(),
    provider: "openclaw",
    model: "gateway",
    stopReason: "stop",
  };
  const { sessionId } = context.session;
  const names = { runId, sessionKey: named.key, sessionId, agentId: named.agent };
  plane.chats.note(runId, named.key, {
    kind: "ok",
    message: reply,
    stopReason: "stop",
    startedAt,
    endedAt: gateway.now(),
  });
  // After the answer to the request, as with a turn.
  setImmediate(() => new TurnEvents(names, plane.tell, gateway.now).final(reply, "stop"));
  void tellChanged(call, named, "command");
  return true;
}

async function history(call: Call, sessionKey: string, most: number, agent: string | undefined) {
  const named = sessionNamed(call, sessionKey, agent);
  const session = await storedSession(call, named);
  const [model] = defaultsFor(call, named.agent);
  return {
    sessionKey: named.key,
    ...(session ? { sessionId: session.sessionId, sessionInfo: rowOf(call, session, named.agent) } : {}),
    messages: session ? await call.plane.sessions.messages(named.agent, session.sessionId, most) : [],
    defaults: { modelProvider: model!.provider, model: model!.model },
    thinkingLevel: "off",
  };
}
