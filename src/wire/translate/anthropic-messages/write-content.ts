// The content blocks of a messages request for a provider.
import type { JsonObject } from "../../../core/json.ts";
import { textIn } from "../data-source.ts";
import { defined } from "../fields.ts";
import type { Losses } from "../losses.ts";
import type { FilePart, ImagePart, ImageSource, Message, Part, TextPart, ThinkingPart } from "../neutral.ts";
import { valueFor } from "../signature.ts";
import { argumentsObject } from "../tool-arguments.ts";
import { fittingId } from "../tool-ids.ts";
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
      return contentBlocks(part, losses);
    case "file":
      return [documentBlock(part)];
    case "thinking":
      return thinkingBlocks(part, losses);
    case "tool_call":
      return [
        {
          type: "tool_use",
          id: fittingId(part.id),
          name: part.name,
          input: argumentsObject(part.arguments),
        },
      ];
    case "tool_result":
      return [
        defined({
          type: "tool_result",
          tool_use_id: fittingId(part.callId),
          content: part.content.flatMap((each) => contentBlocks(each, losses)),
          is_error: part.failed,
        }),
      ];
  }
}

/** Blank text is refused by the protocol. */
export const textBlocks = ({ text }: TextPart): JsonObject[] =>
  text.trim() === "" ? [] : [{ type: "text", text }];

function contentBlocks(part: TextPart | ImagePart, losses: Losses): JsonObject[] {
  if (part.kind === "text") return textBlocks(part);
  losses.drop("image.detail", part.detail);
  return [{ type: "image", source: sourceOf(part.source) }];
}

function documentBlock({ source, name }: FilePart): JsonObject {
  const data = textIn(source);
  const own = data === undefined ? sourceOf(source) : { type: "text", media_type: "text/plain", data };
  return defined({ type: "document", source: own, title: name });
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
