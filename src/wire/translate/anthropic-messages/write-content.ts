// The content blocks of a messages request for a provider.
import type { JsonObject } from "../../../core/json.ts";
import { parseObject } from "../../../core/json.ts";
import { defined } from "../fields.ts";
import type { Losses } from "../losses.ts";
import type { ImagePart, ImageSource, Message, Part, TextPart, ThinkingPart } from "../neutral.ts";
import { valueFor } from "../signature.ts";
import { API, REDACTED } from "./names.ts";

/** Results of tools come first in their turn: the protocol wants them right behind the calls. */
export function messageBlocks({ parts }: Message, losses: Losses): JsonObject[] {
  const results = (parts as readonly Part[]).filter((part) => part.kind === "tool_result");
  const others = (parts as readonly Part[]).filter((part) => part.kind !== "tool_result");
  return [...results, ...others].flatMap((part) => blocksOf(part, losses));
}

function blocksOf(part: Part, losses: Losses): JsonObject[] {
  switch (part.kind) {
    case "text":
    case "image":
      return contentBlocks(part);
    case "file":
      return [defined({ type: "document", source: sourceOf(part.source), title: part.name })];
    case "thinking":
      return thinkingBlocks(part, losses);
    case "tool_call":
      return [
        { type: "tool_use", id: plainId(part.id), name: part.name, input: parseObject(part.arguments) ?? {} },
      ];
    case "tool_result":
      return [
        defined({
          type: "tool_result",
          tool_use_id: plainId(part.callId),
          content: part.content.flatMap(contentBlocks),
          is_error: part.failed,
        }),
      ];
  }
}

/** Empty text is refused by the protocol. */
function contentBlocks(part: TextPart | ImagePart): JsonObject[] {
  if (part.kind === "image") return [{ type: "image", source: sourceOf(part.source) }];
  return part.text === "" ? [] : [{ type: "text", text: part.text }];
}

const sourceOf = (source: ImageSource): JsonObject =>
  source.kind === "url"
    ? { type: "url", url: source.url }
    : { type: "base64", media_type: source.mediaType, data: source.data };

/** Thinking that somebody else signed, or nobody, would be refused. */
function thinkingBlocks({ text, signature }: ThinkingPart, losses: Losses): JsonObject[] {
  const signed = valueFor(API, signature);
  if (signed !== undefined) return [{ type: "thinking", thinking: text, signature: signed }];
  const redacted = valueFor(REDACTED, signature);
  if (redacted !== undefined) return [{ type: "redacted_thinking", data: redacted }];
  losses.drop("thinking", true);
  return [];
}

/** The letters that this protocol takes in the id of a call. */
const plainId = (id: string): string => id.replaceAll(/[^a-zA-Z0-9_-]/g, "_");
