// The content blocks of a client's messages.
import type { JsonObject } from "../../../core/json.ts";
import { isObject } from "../../../core/json.ts";
import { fault, nameAt, objectAt, objectsAt, textAt } from "../fields.ts";
import type {
  AssistantPart,
  FilePart,
  ImagePart,
  ImageSource,
  Message,
  TextPart,
  ToolResultPart,
  UserPart,
} from "../neutral.ts";
import { unfoldSignature } from "../signature.ts";
import { API, REDACTED } from "./names.ts";

export function messageOf(message: JsonObject, place: string): Message {
  const blocks = blocksOf(message["content"], `${place}.content`);
  if (message["role"] === "user")
    return { role: "user", parts: blocks.flatMap(([block, at]) => userParts(block, at)) };
  if (message["role"] === "assistant")
    return { role: "assistant", parts: blocks.flatMap(([block, at]) => assistantParts(block, at)) };
  throw fault(`${place}.role`, "must be user or assistant");
}

/** Text alone, as a string or as blocks. */
export function textBlocks(content: unknown, place: string): TextPart[] {
  return blocksOf(content, place).map(([block, at]) => {
    if (block["type"] === "text") return textOf(block, at);
    throw fault(at, "must be text");
  });
}

function blocksOf(content: unknown, place: string): [JsonObject, string][] {
  if (typeof content === "string") return content === "" ? [] : [[{ type: "text", text: content }, place]];
  return objectsAt({ content }, "content", place);
}

function textOf(block: JsonObject, place: string): TextPart {
  const cache = cacheOf(block);
  return { kind: "text", text: textAt(block, "text", `${place}.text`) ?? "", ...(cache ? { cache } : {}) };
}

export const cacheOf = (block: JsonObject): JsonObject | undefined =>
  isObject(block["cache_control"]) ? block["cache_control"] : undefined;

function userParts(block: JsonObject, place: string): UserPart[] {
  switch (block["type"]) {
    case "text":
      return [textOf(block, place)];
    case "image":
      return [imageOf(block, place)];
    case "document":
      return [documentOf(block, place)];
    case "tool_result":
      return [toolResult(block, place)];
    default:
      throw notCarried(block, place);
  }
}

const notCarried = (block: JsonObject, place: string) =>
  fault(
    `${place}.type`,
    `${JSON.stringify(block["type"])} cannot be carried to a provider of another protocol`,
  );

function assistantParts(block: JsonObject, place: string): AssistantPart[] {
  switch (block["type"]) {
    case "text":
      return [textOf(block, place)];
    case "thinking": {
      const signature = unfoldSignature(textAt(block, "signature", `${place}.signature`) ?? "", API);
      return [{ kind: "thinking", text: textAt(block, "thinking", `${place}.thinking`) ?? "", signature }];
    }
    case "redacted_thinking": {
      const value = textAt(block, "data", `${place}.data`) ?? "";
      return [{ kind: "thinking", text: "", signature: unfoldSignature(value, REDACTED) }];
    }
    case "tool_use":
      return [
        {
          kind: "tool_call",
          id: nameAt(block, "id", `${place}.id`),
          name: nameAt(block, "name", `${place}.name`),
          arguments: JSON.stringify(objectAt(block, "input", `${place}.input`) ?? {}),
        },
      ];
    default:
      throw notCarried(block, place);
  }
}

function toolResult(block: JsonObject, place: string): ToolResultPart {
  const content = blocksOf(block["content"] ?? [], `${place}.content`).map(([inner, at]) => {
    if (inner["type"] === "text") return textOf(inner, at);
    if (inner["type"] === "image") return imageOf(inner, at);
    throw notCarried(inner, at);
  });
  return {
    kind: "tool_result",
    callId: nameAt(block, "tool_use_id", `${place}.tool_use_id`),
    content,
    ...(block["is_error"] === true ? { failed: true } : {}),
  };
}

function imageOf(block: JsonObject, place: string): ImagePart {
  return { kind: "image", source: sourceOf(block, place) };
}

function documentOf(block: JsonObject, place: string): FilePart | TextPart {
  const source = objectAt(block, "source", `${place}.source`) ?? {};
  if (source["type"] === "text")
    return { kind: "text", text: textAt(source, "data", `${place}.source.data`) ?? "" };
  const name = textAt(block, "title", `${place}.title`);
  return { kind: "file", source: sourceOf(block, place), ...(name === undefined ? {} : { name }) };
}

function sourceOf(block: JsonObject, place: string): ImageSource {
  const source = objectAt(block, "source", `${place}.source`) ?? {};
  if (source["type"] === "url") return { kind: "url", url: nameAt(source, "url", `${place}.source.url`) };
  if (source["type"] !== "base64")
    throw fault(`${place}.source.type`, "must be base64 or url: a file_id is known to its own provider only");
  return {
    kind: "base64",
    mediaType: nameAt(source, "media_type", `${place}.source.media_type`),
    data: nameAt(source, "data", `${place}.source.data`),
  };
}
