// What a client says in a conversation: a message that a model answers, or a command that is answered here.
import * as v from "valibot";
import { AccessError } from "../../core/errors.ts";
import type { ImageContent } from "../../core/session.ts";
import { mediaTypeIn } from "../../wire/translate/data-source.ts";
import { answerCommand } from "../chat/command-answer.ts";
import type { FoundCommand } from "../chat/commands.ts";
import { commandIn } from "../chat/commands.ts";
import type { CommandContext } from "../chat/commands/command.ts";
import type { Said } from "../chat/said.ts";
import { saidDigest } from "../chat/said.ts";
import { TurnEvents } from "../chat/turn-events.ts";
import { contextOf, sessionNamed } from "./conversation.ts";
import type { Call } from "./method.ts";

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

const MOST_CHARACTERS = 2_000_000;
export const message = v.pipe(
  v.string(),
  v.maxLength(MOST_CHARACTERS, `must have at most ${MOST_CHARACTERS} characters`),
);

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
  // Half a letter, which a window may have cut, would have providers refuse every later turn of the conversation.
  return [...(text === "" ? [] : [{ type: "text" as const, text: text.toWellFormed() }]), ...images];
}

const isBase64 = (text: string): boolean => text.length % 4 === 0 && /^[A-Za-z0-9+/]+={0,2}$/.test(text);

/** @throws AccessError `bad_input`: what no provider can read would spoil every later turn of the conversation */
function imageOf({ mimeType, content }: Attachment): ImageContent {
  const data = content?.replace(/^data:[^,]{0,200};base64,/, "");
  if (!mimeType?.startsWith("image/") || !data || !isBase64(data))
    throw new AccessError("bad_input", "An attachment is an image: mimeType image/… and content in base64.");
  const found = mediaTypeIn(data) ?? (TOLD_BY_BYTES.has(mimeType) ? undefined : mimeType);
  if (found?.startsWith("image/")) return { type: "image", mimeType: found, data };
  throw new AccessError("bad_input", `An attachment is called ${mimeType}, and its content is no image.`);
}

const TOLD_BY_BYTES: ReadonlySet<string> = new Set(["image/png", "image/jpeg", "image/gif", "image/webp"]);

export async function send(call: Call, asked: Sent) {
  const named = sessionNamed(call, asked.sessionKey, asked.agentId);
  const runId = asked.idempotencyKey;
  const { chats } = call.plane;
  const known = chats.again(runId, saidDigest(asked), named.key);
  if (known) return { runId, status: known.end ? "ok" : "in_flight" };
  if (await answeredByCommand(call, named, asked, runId)) return { runId, status: "started" };
  chats.send({ ...named, runId, content: contentOf(asked) }, saidDigest(asked));
  return { runId, status: "started" };
}

/** Commands are answered here; their answer is an event like any other. */
export async function answeredByCommand(
  call: Call,
  named: { readonly agent: string; readonly key: string },
  asked: Said,
  runId: string,
): Promise<boolean> {
  const text = asked.message;
  const found = commandIn(text);
  if (!found) return false;
  const { gateway, plane } = call;
  const context = contextOf(call, named);
  const one = { sessionKey: named.key, said: saidDigest(asked) };
  const { message: reply } = await plane.chats.note(runId, one, answerOf(found, text, context));
  const { sessionId } = (await context).session;
  const names = { runId, sessionKey: named.key, sessionId, agentId: named.agent };
  // After the answer to the request, as with a turn.
  setImmediate(() => new TurnEvents(names, plane.tell, gateway.now).final(reply, "stop"));
  return true;
}

async function answerOf(found: FoundCommand, text: string, context: Promise<CommandContext>) {
  const { gateway } = await context;
  const startedAt = gateway.now();
  const reply = await answerCommand(found, text, await context);
  return { kind: "ok", message: reply, stopReason: "stop", startedAt, endedAt: gateway.now() } as const;
}
