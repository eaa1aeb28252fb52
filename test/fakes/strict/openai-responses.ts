// OpenAI's responses, as strict as the real one, and ChatGPT's backend. Rules: the public API reference, its own
// words of 400; for the backend those of the sources of Codex.
import type { Call } from "../scripted-upstream.ts";
import { resetAfterFrames } from "../upstream-actions.ts";
import { answer, framesOf } from "./openai-responses-answer.ts";
import type { Given, Seen, SeenPart, StrictWire } from "./rules.ts";
import { must, mustAnswerAll, only } from "./rules.ts";
import { mustBeOpenaiParameters, mustBeStrict } from "./schemas.ts";

const FIELDS = [
  ..."model input instructions stream store include max_output_tokens temperature top_p tools tool_choice".split(
    " ",
  ),
  ..."parallel_tool_calls reasoning text user prompt_cache_key metadata service_tier truncation client_metadata".split(
    " ",
  ),
];
const REFUSED_BY_CHATGPT = "max_output_tokens temperature top_p user metadata truncation".split(" ");
const NAME = /^[a-zA-Z0-9_-]{1,64}$/;

const seeFor =
  (isChatgpt: boolean) =>
  ({ body: { json } }: Call, given: Given): Seen => {
    only(json, FIELDS, "body");
    if (isChatgpt) mustSuitChatgpt(json);
    must(
      json.max_output_tokens === undefined || json.max_output_tokens >= 16,
      "max_output_tokens: at least 16",
    );
    const items = typeof json.input === "string" ? [{ role: "user", content: json.input }] : json.input;
    must(Array.isArray(items) && items.length > 0, "input must not be empty");
    mustFollow(items, json.store === false);
    const format = json.text?.format;
    if (format?.type === "json_schema") {
      must(NAME.test(format.name), "text.format.name");
      if (format.strict) mustBeStrict(format.schema);
    }
    const isSystem = ({ role }: any) => role === "system" || role === "developer";
    return {
      system: [json.instructions ?? "", ...items.filter(isSystem).map(textOf)].join("\n"),
      turns: items
        .filter((item: any) => !isSystem(item))
        .map((item: any, i: number) => ({
          role: isOfModel(item) ? "assistant" : "user",
          parts: partsIn(item, `input[${i}]`, given),
        })),
      tools: toolsIn(json),
      hasSchema: format?.type === "json_schema",
      thinks: json.reasoning !== undefined && json.reasoning.effort !== "none",
    };
  };

function mustSuitChatgpt(json: any): void {
  must(typeof json.instructions === "string" && json.instructions !== "", "Instructions are required");
  must(json.store === false, "Store must be set to false");
  must(json.stream === true, "Stream must be set to true");
  must(Array.isArray(json.input), "Input must be a list");
  for (const field of REFUSED_BY_CHATGPT) must(json[field] === undefined, `Unsupported parameter: ${field}`);
  must(!json.input.some(({ role }: any) => role === "system"), "System messages are not allowed");
}

const CALLS = ["function_call", "custom_tool_call"];
const RESULTS = ["function_call_output", "custom_tool_call_output"];
const isOfModel = ({ type, role }: any): boolean =>
  role === "assistant" || CALLS.includes(type) || type === "reasoning";

function mustFollow(items: any[], unstored: boolean): void {
  const idsOf = (types: string[]) =>
    items.filter(({ type }) => types.includes(type)).map((item) => item.call_id);
  mustAnswerAll(idsOf(CALLS), idsOf(RESULTS), "input");
  for (const [i, item] of items.entries()) {
    if (RESULTS.includes(item.type))
      must(
        items.slice(0, i).some((each) => CALLS.includes(each.type) && each.call_id === item.call_id),
        `No tool call found for ${item.call_id}`,
      );
    if (item.type !== "reasoning") continue;
    must((item.id ?? "rs_").startsWith("rs_"), `input[${i}].id must begin with 'rs'`);
    must(Array.isArray(item.summary), `input[${i}].summary is required`);
    if (unstored)
      must(item.encrypted_content, `Item with id '${item.id}' not found: items are not persisted`);
    must(
      items[i + 1] && isOfModel(items[i + 1]),
      `Item '${item.id}' of type 'reasoning' was provided without its required following item`,
    );
  }
}

function toolsIn(json: any): string[] {
  return (json.tools ?? []).flatMap((tool: any) => {
    if (tool.type === "custom") return [tool.name];
    if (tool.type !== "function") return [];
    only(tool, ["type", "name", "description", "parameters", "strict"], "tools[]");
    must(NAME.test(tool.name), `tools[].name: ${tool.name}`);
    // Here strict is what is meant when nothing is said.
    mustBeOpenaiParameters(tool.parameters, tool.strict !== false);
    return [tool.name];
  });
}

const textOf = ({ content }: any): string =>
  typeof content === "string" ? content : content.map(({ text }: any) => text ?? "").join("");

function partsIn(item: any, place: string, given: Given): SeenPart[] {
  if (CALLS.includes(item.type)) {
    must(item.call_id?.length <= 64 && NAME.test(item.name), `${place}: call_id and name`);
    must(item.id === undefined || /^(fc|ctc)/.test(item.id), `${place}.id must begin with 'fc'`);
    const args = item.type === "function_call" ? JSON.parse(item.arguments) : { input: item.input };
    return [{ kind: "call", id: item.call_id, name: item.name, args }];
  }
  if (RESULTS.includes(item.type)) {
    const { call_id: id, output } = item;
    if (typeof output === "string") return [{ kind: "result", id, text: output }];
    const images = output.flatMap((part: any) => (part.image_url ? [contentPart(part, "user", place)] : []));
    return [{ kind: "result", id, text: textOf({ content: output }) }, ...images];
  }
  if (item.type === "reasoning") {
    must(given.has(item.encrypted_content), "The encrypted content could not be verified");
    return [{ kind: "thinking", text: given.get(item.encrypted_content)! }];
  }
  must((item.type ?? "message") === "message", `${place}.type: ${item.type}`);
  if (typeof item.content === "string") return [{ kind: "text", text: item.content }];
  must(item.content?.length > 0, `${place}.content must not be empty`);
  return item.content.map((part: any) => contentPart(part, item.role, place));
}

function contentPart(part: any, role: string, place: string): SeenPart {
  const known =
    role === "assistant" ? ["output_text", "refusal"] : ["input_text", "input_image", "input_file"];
  must(known.includes(part.type), `${place}: invalid value '${part.type}' for ${role}; supported: ${known}`);
  if (part.type === "input_image") return { kind: "image", data: part.image_url.split(",").at(-1) };
  return { kind: "text", text: part.text ?? part.refusal ?? "(a file)" };
}

const strict = (api: string, isChatgpt = false): StrictWire => ({
  api,
  see: seeFor(isChatgpt),
  answer,
  cutOff: (call) =>
    resetAfterFrames(2, { frames: framesOf([], { id: "resp_1", model: call.body.json.model }) }),
  error: (status, message) =>
    isChatgpt && status === 400
      ? { detail: message }
      : {
          error: {
            message,
            type: status === 400 ? "invalid_request_error" : "requests",
            param: null,
            code: null,
          },
        },
});

export const responses = strict("openai-responses");
export const azure = strict("azure-openai-responses");
export const chatgpt = strict("openai-codex-responses", true);
