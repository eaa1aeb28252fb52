// The items of a client's input.
import type { JsonObject } from "../../../core/json.ts";
import { isObject } from "../../../core/json.ts";
import { dataSource } from "../data-source.ts";
import { fault, nameAt, objectsAt, textAt } from "../fields.ts";
import type { AssistantPart, FilePart, ImagePart, Message, TextPart, ToolResultPart } from "../neutral.ts";
import { unfoldSignature } from "../signature.ts";
import { API } from "./names.ts";

export interface Input {
  readonly system: readonly TextPart[];
  readonly messages: readonly Message[];
}

/** @throws AccessError `bad_input` */
export function readInput(input: unknown): Input {
  if (typeof input === "string" && input !== "")
    return { system: [], messages: [{ role: "user", parts: [{ kind: "text", text: input }] }] };
  const items = objectsAt({ input }, "input");
  if (items.length === 0) throw fault("input", "must be text or a list with at least one item");
  const system: TextPart[] = [];
  const messages = items.flatMap(([item, place]): Message[] => {
    if (!isInstruction(item)) return messageOf(item, place);
    system.push(...texts(item, place));
    return [];
  });
  return { system, messages };
}

const isInstruction = ({ role }: JsonObject): boolean => role === "system" || role === "developer";

function texts(item: JsonObject, place: string): TextPart[] {
  return contentOf(item["content"], `${place}.content`).map((part) => {
    if (part.kind === "text") return part;
    throw fault(`${place}.content`, "can hold text only");
  });
}

function messageOf(item: JsonObject, place: string): Message[] {
  switch (item["type"] ?? "message") {
    case "message":
      return [spoken(item, place)];
    case "function_call":
      return [assistant(functionCall(item, place))];
    case "custom_tool_call":
      return [assistant(customCall(item, place))];
    case "function_call_output":
    case "custom_tool_call_output":
      return [{ role: "user", parts: [resultOf(item, place)] }];
    case "reasoning":
      return [assistant(reasoningOf(item))];
    // What a provider did by itself: the answer that it led to is there.
    case "web_search_call":
      return [];
    default:
      throw fault(
        `${place}.type`,
        `${JSON.stringify(item["type"])} cannot be carried to a provider of another protocol`,
      );
  }
}

const assistant = (part: AssistantPart): Message => ({ role: "assistant", parts: [part] });

function spoken(item: JsonObject, place: string): Message {
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

function resultOf(item: JsonObject, place: string): ToolResultPart {
  const content = contentOf(item["output"], `${place}.output`).map((part) => {
    if (part.kind !== "file") return part;
    throw fault(`${place}.output`, "can hold text and images only");
  });
  return { kind: "tool_result", callId: nameAt(item, "call_id", `${place}.call_id`), content };
}

/** The proof is given back as it came; the words are a summary. */
function reasoningOf(item: JsonObject): AssistantPart {
  const summary = Array.isArray(item["summary"]) ? item["summary"].filter(isObject) : [];
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

function partOf(part: JsonObject, place: string): TextPart | ImagePart | FilePart {
  switch (part["type"]) {
    case "input_text":
    case "output_text":
    case "text":
      return { kind: "text", text: textAt(part, "text", `${place}.text`) ?? "" };
    case "refusal":
      return { kind: "text", text: textAt(part, "refusal", `${place}.refusal`) ?? "" };
    case "input_image":
      return { kind: "image", source: dataSource(nameAt(part, "image_url", `${place}.image_url`), place) };
    case "input_file": {
      const where = typeof part["file_url"] === "string" ? "file_url" : "file_data";
      const name = textAt(part, "filename", `${place}.filename`);
      const source = dataSource(nameAt(part, where, `${place}.${where}`), place);
      return { kind: "file", source, ...(name === undefined ? {} : { name }) };
    }
    default:
      throw fault(
        `${place}.type`,
        `${JSON.stringify(part["type"])} cannot be carried to a provider of another protocol`,
      );
  }
}
