// The messages of a client's chat.
import type { JsonObject } from "../../../core/json.ts";
import { isObject } from "../../../core/json.ts";
import { dataSource } from "../data-source.ts";
import { fault, nameAt, notCarried, objectAt, objectsAt, textAt } from "../fields.ts";
import type { Said } from "../instructions.ts";
import type { AssistantPart, FilePart, ImagePart, TextPart, UserPart } from "../neutral.ts";
import { argumentsText } from "../tool-arguments.ts";

/** @throws AccessError `bad_input` */
export function messageOf(message: JsonObject, place: string): Said {
  const role = message["role"];
  if (role === "system" || role === "developer")
    return { role: "system", parts: instruction(message, place) };
  if (role === "user") return { role, parts: contentOf(message, place) };
  if (role === "assistant") return { role, parts: assistantParts(message, place) };
  if (role === "tool") return { role: "user", parts: [toolResult(message, place)] };
  throw fault(`${place}.role`, "must be system, developer, user, assistant or tool");
}

function instruction(message: JsonObject, place: string): TextPart[] {
  return contentOf(message, place).map((part) => {
    if (part.kind === "text") return part;
    throw fault(`${place}.content`, "can hold text only");
  });
}

function toolResult(message: JsonObject, place: string): UserPart {
  const content = contentOf(message, place).filter((part): part is TextPart | ImagePart => {
    if (part.kind === "text" || part.kind === "image") return true;
    throw fault(`${place}.content`, "of a tool can hold text and images only");
  });
  return { kind: "tool_result", callId: nameAt(message, "tool_call_id", `${place}.tool_call_id`), content };
}

function assistantParts(message: JsonObject, place: string): AssistantPart[] {
  for (const field of ["function_call", "audio"])
    if (isObject(message[field])) throw fault(`${place}.${field}`, "cannot be carried to another protocol");
  const thinking = message["reasoning_content"] ?? message["reasoning"];
  const refusal = textAt(message, "refusal", `${place}.refusal`);
  const content = contentOf(message, place).map((part) => {
    if (part.kind === "text") return part;
    throw fault(`${place}.content`, "of an assistant can hold text only");
  });
  const calls = objectsAt(message, "tool_calls", `${place}.tool_calls`);
  return [
    ...(typeof thinking === "string" && thinking ? [{ kind: "thinking", text: thinking } as const] : []),
    ...content,
    ...(refusal ? [{ kind: "text", text: refusal } as const] : []),
    ...calls.map(([call, at]) => toolCall(call, at)),
  ];
}

function toolCall(call: JsonObject, place: string): AssistantPart {
  const inner = objectAt(call, "function", `${place}.function`);
  if (!inner) throw fault(`${place}`, "must be a call of a function");
  const text = argumentsText(inner["arguments"]);
  return {
    kind: "tool_call",
    id: nameAt(call, "id", `${place}.id`),
    name: nameAt(inner, "name", `${place}.function.name`),
    arguments: text.trim() === "" ? "{}" : text,
  };
}

function contentOf(message: JsonObject, place: string): (TextPart | ImagePart | FilePart)[] {
  const { content } = message;
  if (content === undefined || content === null) return [];
  if (typeof content === "string") return content === "" ? [] : [{ kind: "text", text: content }];
  return objectsAt(message, "content", `${place}.content`).map(([part, at]) => partOf(part, at));
}

function partOf(part: JsonObject, place: string): TextPart | ImagePart | FilePart {
  switch (part["type"]) {
    case "text":
      return { kind: "text", text: textAt(part, "text", `${place}.text`) ?? "" };
    case "refusal":
      return { kind: "text", text: textAt(part, "refusal", `${place}.refusal`) ?? "" };
    case "image_url": {
      const given = part["image_url"];
      const image =
        typeof given === "string"
          ? { url: given }
          : (objectAt(part, "image_url", `${place}.image_url`) ?? {});
      const url = nameAt(image, "url", `${place}.image_url.url`);
      const detail = textAt(image, "detail", `${place}.image_url.detail`);
      const told = detail === undefined || detail === "auto" ? {} : { detail };
      return { kind: "image", source: dataSource(url, `${place}.image_url.url`), ...told };
    }
    case "file":
      return fileOf(objectAt(part, "file", `${place}.file`) ?? {}, `${place}.file`);
    default:
      throw notCarried(part["type"], place);
  }
}

function fileOf(file: JsonObject, place: string): FilePart {
  const data = textAt(file, "file_data", `${place}.file_data`);
  if (data === undefined)
    throw fault(place, "must bring file_data: a file_id is known to its own provider only");
  const name = textAt(file, "filename", `${place}.filename`);
  return { kind: "file", source: dataSource(data, place), ...(name === undefined ? {} : { name }) };
}
