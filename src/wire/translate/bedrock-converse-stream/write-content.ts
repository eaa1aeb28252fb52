// The content blocks of a Converse request.
import type { JsonObject } from "../../../core/json.ts";
import { API as CLAUDE_API } from "../anthropic-messages/names.ts";
import { defined, fault } from "../fields.ts";
import type { Losses } from "../losses.ts";
import type {
  FilePart,
  ImagePart,
  ImageSource,
  Message,
  Part,
  TextPart,
  ThinkingPart,
  ToolResultPart,
} from "../neutral.ts";
import { valueFor } from "../signature.ts";
import { argumentsObject } from "../tool-arguments.ts";
import { fittingId } from "../tool-ids.ts";
import { isClaude, keepsPrefixes } from "./model-family.ts";
import { API, REDACTED } from "./names.ts";

export const CACHE_POINT: JsonObject = { cachePoint: { type: "default" } };

/** Results of tools come first in their turn: the protocol wants them right behind the calls. */
export function messageBlocks({ parts }: Message, model: string, losses: Losses): JsonObject[] {
  const all = parts as readonly Part[];
  const ordered = [
    ...all.filter(({ kind }) => kind === "tool_result"),
    ...all.filter(({ kind }) => kind !== "tool_result"),
  ];
  return ordered.flatMap((part) => blocksOf(part, model, losses));
}

function blocksOf(part: Part, model: string, losses: Losses): JsonObject[] {
  switch (part.kind) {
    case "text":
      return cached(textBlocks(part), part, model);
    case "image":
      return [imageBlock(part)];
    case "file":
      return [documentBlock(part)];
    case "thinking":
      return thinkingBlocks(part, model, losses);
    case "tool_call": {
      const input = argumentsObject(part.arguments);
      return [{ toolUse: { toolUseId: fittingId(part.id), name: part.name, input } }];
    }
    case "tool_result":
      return [{ toolResult: toolResult(part) }];
  }
}

/** Where the client marked the end of a prefix that may be kept. */
export const cached = (blocks: JsonObject[], { cache }: TextPart, model: string): JsonObject[] =>
  cache && blocks.length > 0 && keepsPrefixes(model) ? [...blocks, CACHE_POINT] : blocks;

/** Blank text is refused by the protocol. */
export const textBlocks = ({ text }: TextPart): JsonObject[] => (text.trim() === "" ? [] : [{ text }]);

const toolResult = ({ callId, content, failed }: ToolResultPart): JsonObject =>
  defined({
    toolUseId: fittingId(callId),
    content: content.flatMap((part) => (part.kind === "text" ? textBlocks(part) : [imageBlock(part)])),
    status: failed ? "error" : undefined,
  });

const IMAGES: Readonly<Record<string, string>> = {
  "image/png": "png",
  "image/jpeg": "jpeg",
  "image/jpg": "jpeg",
  "image/gif": "gif",
  "image/webp": "webp",
};

function imageBlock({ source }: ImagePart): JsonObject {
  const format = source.kind === "base64" ? IMAGES[source.mediaType] : imageEnding(source.url);
  if (format === undefined) throw fault("messages", "hold an image that is no PNG, JPEG, GIF or WebP");
  return { image: { format, source: sourceOf(source, "an image") } };
}

function imageEnding(url: string): string {
  const ending = /\.(png|jpe?g|gif|webp)(?:[?#]|$)/i.exec(url)?.[1]?.toLowerCase();
  return ending === undefined || ending.startsWith("jp") ? "jpeg" : ending;
}

const DOCUMENTS: Readonly<Record<string, string>> = {
  "application/pdf": "pdf",
  "text/csv": "csv",
  "text/html": "html",
  "text/markdown": "md",
  "text/plain": "txt",
  "application/msword": "doc",
  "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
  "application/vnd.ms-excel": "xls",
  "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
};

function documentBlock({ source, name }: FilePart): JsonObject {
  const format = source.kind === "base64" ? DOCUMENTS[source.mediaType] : "pdf";
  if (format === undefined)
    throw fault(
      "messages",
      "hold a file of a kind that Bedrock does not read (PDF, text and Office are read)",
    );
  return { document: { format, name: documentName(name), source: sourceOf(source, "a file") } };
}

/** Letters, digits, single blanks, hyphens, brackets: all that a name may have. */
function documentName(name = ""): string {
  const plain = name
    .replace(/\.\w{1,5}$/, "")
    .replaceAll(/[^\p{L}\p{N}()[\] -]+/gu, " ")
    .replaceAll(/\s+/g, " ");
  return plain.trim().slice(0, 200) || "document";
}

/** Of addresses it reads those of its own storage. */
function sourceOf(source: ImageSource, what: string): JsonObject {
  if (source.kind === "base64") return { bytes: source.data };
  if (source.url.startsWith("s3://")) return { s3Location: { uri: source.url } };
  throw fault("messages", `hold the address of ${what}: Bedrock wants its data`);
}

/** Reasoning that somebody else signed, or nobody, would be refused; Claude knows its own from anywhere. */
function thinkingBlocks(part: ThinkingPart, model: string, losses: Losses): JsonObject[] {
  const signature = signedFor(part, model);
  if (signature !== undefined)
    return [{ reasoningContent: { reasoningText: { text: part.text, signature } } }];
  const redacted = valueFor(REDACTED, part.signature);
  if (redacted !== undefined) return [{ reasoningContent: { redactedContent: redacted } }];
  losses.drop("thinking", true);
  return [];
}

const signedFor = ({ signature }: ThinkingPart, model: string): string | undefined =>
  valueFor(API, signature) ?? (isClaude(model) ? valueFor(CLAUDE_API, signature) : undefined);

export const isSignedFor =
  (model: string) =>
  (part: Part): boolean =>
    part.kind === "thinking" && (signedFor(part, model) ?? valueFor(REDACTED, part.signature)) !== undefined;
