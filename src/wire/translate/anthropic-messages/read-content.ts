// The content blocks of a client's messages.
import type { JsonObject } from "../../../core/json.ts";
import { isObject } from "../../../core/json.ts";
import { fault, nameAt, notCarried, objectAt, objectsAt, textAt } from "../fields.ts";
import type { Said } from "../instructions.ts";
import type {
  AssistantPart,
  FilePart,
  ImagePart,
  ImageSource,
  TextPart,
  ToolResultPart,
  UserPart,
} from "../neutral.ts";
import { unfoldSignature } from "../signature.ts";
import { argumentsText } from "../tool-arguments.ts";
import { API, REDACTED } from "./names.ts";

/** Names of what only Anthropic has words for. */
type Lost = Set<string>;

/** @throws AccessError `bad_input` */
export function messageOf(message: JsonObject, place: string, lost: Lost): Said {
  const role = message["role"];
  const blocks = blocksOf(message["content"], `${place}.content`);
  if (role === "user") return { role, parts: blocks.flatMap(([block, at]) => userParts(block, at, lost)) };
  if (role === "assistant")
    return { role, parts: blocks.flatMap(([block, at]) => assistantParts(block, at, lost)) };
  if (role === "system") return { role, parts: textBlocks(message["content"], `${place}.content`, lost) };
  throw fault(`${place}.role`, "must be user or assistant");
}

/** Text alone, as a string or as blocks. */
export function textBlocks(content: unknown, place: string, lost: Lost): TextPart[] {
  return blocksOf(content, place).map(([block, at]) => {
    if (block["type"] === "text") return textOf(block, at, lost);
    throw fault(at, "must be text");
  });
}

function blocksOf(content: unknown, place: string): [JsonObject, string][] {
  if (typeof content === "string") return content === "" ? [] : [[{ type: "text", text: content }, place]];
  return objectsAt({ content }, "content", place);
}

function textOf(block: JsonObject, place: string, lost: Lost): TextPart {
  if (Array.isArray(block["citations"]) && block["citations"].length > 0) lost.add("citations");
  const cache = block["cache_control"];
  return {
    kind: "text",
    text: textAt(block, "text", `${place}.text`) ?? "",
    ...(isObject(cache) ? { cache } : {}),
  };
}

function userParts(block: JsonObject, place: string, lost: Lost): UserPart[] {
  if (block["type"] !== "tool_result") return [contentOf(block, place, lost)];
  const content = blocksOf(block["content"] ?? [], `${place}.content`).map(([inner, at]) =>
    contentOf(inner, at, lost),
  );
  const callId = nameAt(block, "tool_use_id", `${place}.tool_use_id`);
  const result: ToolResultPart = {
    kind: "tool_result",
    callId,
    content: content.filter((part) => part.kind !== "file"),
    ...(block["is_error"] === true ? { failed: true } : {}),
  };
  // Results hold no files elsewhere: they follow as the user's.
  return [result, ...content.filter((part) => part.kind === "file")];
}

function contentOf(block: JsonObject, place: string, lost: Lost): TextPart | ImagePart | FilePart {
  if (block["type"] !== "text" && isObject(block["cache_control"])) lost.add("cache_control");
  switch (block["type"]) {
    case "text":
      return textOf(block, place, lost);
    case "image":
      return { kind: "image", source: sourceOf(block, place) };
    case "document":
      return documentOf(block, place, lost);
    case "search_result":
      return searchResult(block, place, lost);
    default:
      throw notCarried(block["type"], place);
  }
}

function assistantParts(block: JsonObject, place: string, lost: Lost): AssistantPart[] {
  switch (block["type"]) {
    case "text":
      return [textOf(block, place, lost)];
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
          arguments: argumentsText(objectAt(block, "input", `${place}.input`)),
        },
      ];
    default:
      // What Anthropic did by itself: the words that it led to are there.
      if (typeof block["type"] !== "string") throw fault(`${place}.type`, "must be text");
      lost.add(`messages.${block["type"]}`);
      return [];
  }
}

function documentOf(block: JsonObject, place: string, lost: Lost): FilePart | TextPart {
  const source = objectAt(block, "source", `${place}.source`) ?? {};
  const name = textAt(block, "title", `${place}.title`);
  const context = textAt(block, "context", `${place}.context`);
  if (source["type"] === "text" || source["type"] === "content") {
    const inner = source["type"] === "text" ? source["data"] : source["content"];
    const texts = textBlocks(
      inner,
      `${place}.source.${source["type"] === "text" ? "data" : "content"}`,
      lost,
    );
    return {
      kind: "text",
      text: [name, context, ...texts.map(({ text }) => text)].filter(Boolean).join("\n\n"),
    };
  }
  if (context !== undefined) lost.add("document.context");
  return { kind: "file", source: sourceOf(block, place), ...(name === undefined ? {} : { name }) };
}

function searchResult(block: JsonObject, place: string, lost: Lost): TextPart {
  const head = [textAt(block, "title", `${place}.title`), textAt(block, "source", `${place}.source`)];
  const texts = textBlocks(block["content"], `${place}.content`, lost).map(({ text }) => text);
  return { kind: "text", text: [...head, ...texts].filter(Boolean).join("\n") };
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
