// Rows of the sessions' database as values. A person, a torn disk or a newer version may have written them: what cannot
// be read of a row is left out, and nobody meets it.
import type { ChatMessage, Session, SessionProfile, SessionUsage } from "../core/session.ts";
import type { ModelRef } from "../core/model-ref.ts";
import type { JsonObject } from "../core/json.ts";
import { isObject, parseObject } from "../core/json.ts";
import { isThinking } from "../core/thinking.ts";

type Row = Readonly<Record<string, unknown>>;

/** Nobody writes longer ones; a thread that reads one may run out of memory. */
const MOST_SESSION_BYTES = 256 * 1024;
const MOST_MESSAGE_BYTES = 32 * 1024 * 1024;

/** What `sessionIn` reads; a text that is too long is none. */
export const SESSION_COLUMNS = `key, session_id, CAST(updated_at AS REAL) AS stamp,
  CASE WHEN ${isText("session_json", MOST_SESSION_BYTES)} THEN session_json END AS session_json`;

/** Of the rows of a transcript, those that can be read at all. */
export const IS_MESSAGE = isText("message_json", MOST_MESSAGE_BYTES);

function isText(column: string, mostBytes: number): string {
  return `typeof(${column}) = 'text' AND octet_length(${column}) <= ${mostBytes}`;
}

/** The columns name the conversation and its transcript; of the rest, what can be read is kept, unknown fields as well. */
export function sessionIn(row: Row): Session[] {
  const { key, session_id: sessionId, stamp, session_json: text } = row;
  if (typeof key !== "string" || !/^agent:[^:]+:/.test(key) || typeof sessionId !== "string" || !sessionId)
    return [];
  const { model, models, profile, served, usage, thinking, shown, title, ...rest } =
    parseObject(String(text)) ?? {};
  const updatedAt = countIn(rest["updatedAt"]) ?? countIn(stamp) ?? 0;
  const held = isObject(profile) ? profile : {};
  const isPinned = held["source"] === "user" || held["source"] === "auto";
  const session = {
    ...rest,
    key,
    sessionId,
    updatedAt,
    createdAt: countIn(rest["createdAt"]) ?? updatedAt,
    messages: countIn(rest["messages"]) ?? 0,
    usage: usageIn(isObject(usage) ? usage : {}),
    ...(Array.isArray(models) && models.length > 0 && models.every(isRef) ? { models } : {}),
    ...(isRef(model) ? { model } : {}),
    ...(isRef(served) ? { served } : {}),
    ...(isThinking(thinking) ? { thinking } : {}),
    ...(isObject(shown) ? { shown: shownIn(shown) } : {}),
    ...(typeof title === "string" ? { title } : {}),
    ...(typeof held["id"] === "string" && isPinned ? { profile: held as unknown as SessionProfile } : {}),
  };
  return [session];
}

const shownIn = (shown: JsonObject): NonNullable<Session["shown"]> =>
  Object.fromEntries(
    Object.entries(shown).filter(
      (entry): entry is [string, string | boolean] =>
        typeof entry[1] === "string" || typeof entry[1] === "boolean",
    ),
  );

function usageIn(usage: JsonObject): SessionUsage {
  const { input, output, turns } = usage;
  return { ...usage, input: countIn(input) ?? 0, output: countIn(output) ?? 0, turns: countIn(turns) ?? 0 };
}

const isRef = (value: unknown): value is ModelRef =>
  isObject(value) && isName(value["provider"]) && isName(value["model"]);
const isName = (value: unknown): boolean => typeof value === "string" && value !== "";

const countIn = (value: unknown): number | undefined =>
  typeof value === "number" && Number.isFinite(value) && value >= 0 ? value : undefined;

/** @param text of a row of the transcript */
export function messageIn(text: unknown): ChatMessage[] {
  const message = parseObject(String(text));
  if (!message || !ROLES.has(message["role"]) || !Array.isArray(message["content"])) return [];
  const content = (message["content"] as unknown[]).filter(isPart);
  const timestamp = countIn(message["timestamp"]) ?? 0;
  return content.length === 0 && message["content"].length > 0
    ? []
    : [{ ...message, timestamp, content } as unknown as ChatMessage];
}

const ROLES: ReadonlySet<unknown> = new Set(["user", "assistant"]);

function isPart(part: unknown): boolean {
  if (!isObject(part)) return false;
  const { type, text, mimeType, data } = part;
  if (type === "text") return typeof text === "string";
  return type === "image" && typeof mimeType === "string" && typeof data === "string";
}
