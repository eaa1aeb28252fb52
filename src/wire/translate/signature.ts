// Signatures that travel through a client of another protocol: it gives back what it was given, and only the
// wire that signed gets it. A signature without a value marks thinking that nobody signed.
import type { JsonObject } from "../../core/json.ts";
import { isObject } from "../../core/json.ts";
import type { Signature } from "./neutral.ts";

const PREFIX = "openclaw:";

/** As a client that speaks `api` is given it. */
export const foldSignature = ({ api: from, value }: Signature, api: string): string =>
  from === api ? value : `${PREFIX}${from}:${value}`;

/** What a client that speaks `api` gave back. */
export function unfoldSignature(text: string, api: string): Signature {
  if (!text.startsWith(PREFIX)) return { api, value: text };
  const colon = text.indexOf(":", PREFIX.length);
  if (colon === -1) return { api: "", value: "" };
  return { api: text.slice(PREFIX.length, colon), value: text.slice(colon + 1) };
}

/** What `api` signed, if it did: nothing else may be sent to it. */
export const valueFor = (api: string, signature: Signature | undefined): string | undefined =>
  signature?.api === api && signature.value !== "" ? signature.value : undefined;

const MARK = Buffer.from(`"${PREFIX}`);

/** Cheap, and may be wrong: text can look like it. */
export const mayHoldForeign = (body: Buffer): boolean => body.includes(MARK);

/**
 * A request on its way to the client's own protocol, without the thinking that came from another: its provider
 * would refuse the signature. `undefined` when there is none.
 */
export function withoutForeign(body: JsonObject): JsonObject | undefined {
  let found = false;
  const kept = (items: unknown): unknown =>
    Array.isArray(items) ? items.filter((item) => !(isForeign(item) && (found = true))) : items;
  const messages = Array.isArray(body["messages"])
    ? body["messages"].map((message: unknown) =>
        isObject(message) ? { ...message, content: kept(message["content"]) } : message,
      )
    : undefined;
  const input = kept(body["input"]);
  if (!found) return undefined;
  const own = {
    ...body,
    ...(messages ? { messages } : {}),
    ...(input === undefined ? {} : { input }),
  };
  return messages && !mayThink(messages) ? withoutThinking(own) : own;
}

const isForeign = (item: unknown): boolean =>
  isObject(item) &&
  [item["signature"], item["data"], item["encrypted_content"]].some(
    (value) => typeof value === "string" && value.startsWith(PREFIX),
  );

/** While results are told, Anthropic wants the turn that asked for them to begin with its own thinking. */
function mayThink(messages: readonly unknown[]): boolean {
  const [asked, answered] = messages.slice(-2).map(blocksIn);
  return !answered?.some(({ type }) => type === "tool_result") || isThinking(asked?.[0]);
}

const blocksIn = (message: unknown): JsonObject[] =>
  isObject(message) && Array.isArray(message["content"]) ? message["content"].filter(isObject) : [];

const isThinking = (block: JsonObject | undefined): boolean =>
  block?.["type"] === "thinking" || block?.["type"] === "redacted_thinking";

/** Also without the clearing of thoughts, which is refused where there are none. */
function withoutThinking(body: JsonObject): JsonObject {
  const { thinking, context_management: context, ...rest } = body;
  if (!isObject(thinking) || thinking["type"] !== "enabled") return body;
  if (!isObject(context) || !Array.isArray(context["edits"]))
    return context === undefined ? rest : { ...rest, context_management: context };
  const edits = context["edits"].filter(
    (edit) =>
      !(isObject(edit) && typeof edit["type"] === "string" && edit["type"].startsWith("clear_thinking")),
  );
  return edits.length === 0 ? rest : { ...rest, context_management: { ...context, edits } };
}
