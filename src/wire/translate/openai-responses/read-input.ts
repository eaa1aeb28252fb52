// The items of a client's input.
import type { JsonObject } from "../../../core/json.ts";
import { isObject } from "../../../core/json.ts";
import { dataSource } from "../data-source.ts";
import { fault, nameAt, notCarried, objectsAt, textAt } from "../fields.ts";
import type { Conversation, Said } from "../instructions.ts";
import { conversationOf } from "../instructions.ts";
import type { AssistantPart, FilePart, ImagePart, Message, TextPart, UserPart } from "../neutral.ts";
import { unfoldSignature } from "../signature.ts";
import { API } from "./names.ts";

/**
 * @param lost gets the names of items that only their own provider knows
 * @throws AccessError `bad_input`
 */
export function readInput(input: unknown, lost: Set<string>): Conversation {
  if (typeof input === "string")
    return { system: [], messages: [{ role: "user", parts: contentOf(input, "input") }] };
  const items = objectsAt({ input }, "input");
  if (items.length === 0) throw fault("input", "must be text or a list with at least one item");
  return conversationOf(items.flatMap(([item, place]) => saidIn(item, place, lost)));
}

const isInstruction = ({ role }: JsonObject): boolean => role === "system" || role === "developer";

function texts(item: JsonObject, place: string): TextPart[] {
  return contentOf(item["content"], `${place}.content`).map((part) => {
    if (part.kind === "text") return part;
    throw fault(`${place}.content`, "can hold text only");
  });
}

function saidIn(item: JsonObject, place: string, lost: Set<string>): Said[] {
  switch (item["type"] ?? "message") {
    case "message":
      return [spoken(item, place)];
    case "function_call":
      return [assistant(functionCall(item, place))];
    case "custom_tool_call":
      return [assistant(customCall(item, place))];
    case "function_call_output":
    case "custom_tool_call_output":
      return [{ role: "user", parts: resultOf(item, place) }];
    case "reasoning":
      return [assistant(reasoningOf(item))];
    default:
      if (!BY_PROVIDER.has(item["type"])) throw notCarried(item["type"], place);
      lost.add(`input.${String(item["type"])}`);
      return [];
  }
}

/** What a provider did by itself: the words that it led to are there. */
const BY_PROVIDER: ReadonlySet<unknown> = new Set([
  "web_search_call",
  "file_search_call",
  "code_interpreter_call",
  "image_generation_call",
  "mcp_list_tools",
  "mcp_call",
  "tool_search_call",
  "tool_search_output",
]);

const assistant = (part: AssistantPart): Message => ({ role: "assistant", parts: [part] });

function spoken(item: JsonObject, place: string): Said {
  if (isInstruction(item)) return { role: "system", parts: texts(item, place) };
  if (item["role"] === "user") return { role: "user", parts: contentOf(item["content"], `${place}.content`) };
  if (item["role"] === "assistant") return { role: "assistant", parts: texts(item, place) };
  throw fault(`${place}.role`, "must be system, developer, user or assistant");
}

function functionCall(item: JsonObject, place: string): AssistantPart {
  return {
    kind: "tool_call",
    id: nameAt(item, "call_id", `${place}.call_id`),
    name: nameAt(item, "name", `${place}.name`),
    arguments: textAt(item, "arguments", `${place}.arguments`) || "{}",
  };
}

function customCall(item: JsonObject, place: string): AssistantPart {
  const input = textAt(item, "input", `${place}.input`) ?? "";
  return {
    kind: "tool_call",
    id: nameAt(item, "call_id", `${place}.call_id`),
    name: nameAt(item, "name", `${place}.name`),
    arguments: JSON.stringify({ input }),
  };
}

/** Results hold no files elsewhere: they follow as the user's. */
function resultOf(item: JsonObject, place: string): UserPart[] {
  const content = contentOf(item["output"], `${place}.output`);
  const callId = nameAt(item, "call_id", `${place}.call_id`);
  return [
    { kind: "tool_result", callId, content: content.filter((part) => part.kind !== "file") },
    ...content.filter((part) => part.kind === "file"),
  ];
}

/** The proof is given back as it came; the words are a summary. */
function reasoningOf(item: JsonObject): AssistantPart {
  const summary = [item["summary"], item["content"]].flatMap((list) =>
    Array.isArray(list) ? list.filter(isObject) : [],
  );
  const text = summary.map((part) => (typeof part["text"] === "string" ? part["text"] : "")).join("\n\n");
  const proof = item["encrypted_content"];
  return {
    kind: "thinking",
    text,
    ...(typeof proof === "string" && proof !== "" ? { signature: unfoldSignature(proof, API) } : {}),
  };
}

function contentOf(content: unknown, place: string): (TextPart | ImagePart | FilePart)[] {
  if (typeof content === "string") return content === "" ? [] : [{ kind: "text", text: content }];
  return objectsAt({ content }, "content", place).map(([part, at]) => partOf(part, at));
}

function imageOf(part: JsonObject, place: string): ImagePart {
  if (typeof part["file_id"] === "string")
    throw fault(`${place}.file_id`, "is known to its own provider only: bring image_url");
  const detail = textAt(part, "detail", `${place}.detail`);
  return {
    kind: "image",
    source: dataSource(nameAt(part, "image_url", `${place}.image_url`), `${place}.image_url`),
    ...(detail === undefined || detail === "auto" ? {} : { detail }),
  };
}

function partOf(part: JsonObject, place: string): TextPart | ImagePart | FilePart {
  switch (part["type"]) {
    case "input_text":
    case "output_text":
    case "text":
      return { kind: "text", text: textAt(part, "text", `${place}.text`) ?? "" };
    case "refusal":
      return { kind: "text", text: textAt(part, "refusal", `${place}.refusal`) ?? "" };
    case "input_image":
      return imageOf(part, place);
    case "input_file": {
      const where = typeof part["file_url"] === "string" ? "file_url" : "file_data";
      const name = textAt(part, "filename", `${place}.filename`);
      if (typeof part["file_id"] === "string")
        throw fault(`${place}.file_id`, "is known to its own provider only: bring file_data");
      const source = dataSource(nameAt(part, where, `${place}.${where}`), `${place}.${where}`);
      return { kind: "file", source, ...(name === undefined ? {} : { name }) };
    }
    default:
      throw notCarried(part["type"], place);
  }
}
