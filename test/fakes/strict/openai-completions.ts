// OpenAI's chat completions, as strict as the real one. Rules: the public API reference, and its own words of 400.
import type { Action, Call } from "../scripted-upstream.ts";
import { reply, resetAfterFrames, stream } from "../upstream-actions.ts";
import type { Given, Saying, Seen, SeenPart, StrictWire } from "./rules.ts";
import { isObject, must, mustAnswerAll, nextId, only, pieces, wasSaid } from "./rules.ts";
import { mustBeOpenaiParameters, mustBeStrict } from "./schemas.ts";

const FIELDS = [
  ..."model messages stream stream_options max_tokens max_completion_tokens temperature top_p stop seed".split(
    " ",
  ),
  ..."presence_penalty frequency_penalty tools tool_choice parallel_tool_calls response_format user".split(
    " ",
  ),
  ..."reasoning_effort verbosity prompt_cache_key metadata store n logprobs logit_bias service_tier".split(
    " ",
  ),
];
const EFFORTS = ["none", "minimal", "low", "medium", "high", "xhigh"];
const NAME = /^[a-zA-Z0-9_-]{1,64}$/;

function see({ body: { json } }: Call, given: Given): Seen {
  only(json, FIELDS, "body");
  must(Array.isArray(json.messages) && json.messages.length > 0, "messages must not be empty");
  if (json.stream_options)
    must(json.stream === true, "stream_options is only allowed when stream is enabled");
  must(json.reasoning_effort === undefined || EFFORTS.includes(json.reasoning_effort), "reasoning_effort");
  must(json.temperature === undefined || (json.temperature >= 0 && json.temperature <= 2), "temperature");
  must(json.stop === undefined || [json.stop].flat().length <= 4, "at most 4 stop sequences");
  const tools = toolsIn(json);
  const format = json.response_format;
  if (format?.type === "json_schema") {
    must(NAME.test(format.json_schema?.name), "response_format.json_schema.name");
    if (format.json_schema.strict) mustBeStrict(format.json_schema.schema);
  }
  const system = json.messages.filter(({ role }: any) => role === "system" || role === "developer");
  const talk = json.messages.filter((each: any) => !system.includes(each));
  mustFollow(json.messages);
  return {
    system: system.map(({ content }: any) => textIn(content)).join("\n"),
    turns: talk.map((message: any, i: number) => ({
      role: message.role === "assistant" ? "assistant" : "user",
      parts: partsIn(message, `messages[${i}]`, given),
    })),
    tools,
    hasSchema: format?.type === "json_schema",
    thinks: json.reasoning_effort !== undefined && json.reasoning_effort !== "none",
  };
}

function toolsIn(json: any): string[] {
  for (const field of ["tool_choice", "parallel_tool_calls"])
    must(json[field] === undefined || json.tools, `'${field}' is only allowed when 'tools' are specified`);
  if (json.tools === undefined) return [];
  must(json.tools.length > 0, "tools: expected an array with minimum length 1");
  return json.tools.map(({ type, function: inner, ...rest }: any) => {
    only(rest, [], "tools[]");
    must(type === "function" && NAME.test(inner?.name), `tools[].function.name: ${inner?.name}`);
    only(inner, ["name", "description", "parameters", "strict"], "tools[].function");
    mustBeOpenaiParameters(inner.parameters ?? { type: "object", properties: {} }, inner.strict === true);
    return inner.name;
  });
}

/** Behind calls stand their results, one for each, before anybody else speaks. */
function mustFollow(messages: any[]): void {
  for (const [i, message] of messages.entries()) {
    if (message.role === "tool") {
      const before = messages.slice(0, i).findLast(({ role }) => role !== "tool");
      must(
        before?.tool_calls,
        "messages with role 'tool' must be a response to a preceding message with 'tool_calls'",
      );
    }
    if (!message.tool_calls) continue;
    const rest = messages.slice(i + 1);
    const end = rest.findIndex(({ role }) => role !== "tool");
    const results = (end === -1 ? rest : rest.slice(0, end)).map((each) => each.tool_call_id);
    mustAnswerAll(
      message.tool_calls.map(({ id }: any) => id),
      results,
      `messages[${i}]`,
    );
  }
}

const textIn = (content: any): string =>
  typeof content === "string" ? content : (content ?? []).map(({ text }: any) => text ?? "").join("");

function partsIn(message: any, place: string, given: Given): SeenPart[] {
  if (message.role === "tool") {
    only(message, ["role", "tool_call_id", "content"], place);
    must(typeof message.content === "string" || Array.isArray(message.content), `${place}.content`);
    return [{ kind: "result", id: message.tool_call_id, text: textIn(message.content) }];
  }
  if (message.role === "user") {
    only(message, ["role", "content", "name"], place);
    if (typeof message.content === "string") return [{ kind: "text", text: message.content }];
    must(message.content?.length > 0, `${place}.content must not be empty`);
    return message.content.map((part: any) => userPart(part, place));
  }
  must(message.role === "assistant", `${place}.role`);
  only(message, "role content tool_calls refusal name reasoning_content parsed".split(" "), place);
  must(
    typeof message.content === "string" || message.tool_calls?.length > 0,
    `${place}: content is null and there are no tool_calls`,
  );
  const thought = message.reasoning_content;
  must(thought === undefined || wasSaid(given, thought), `${place}: reasoning that this server never said`);
  return [
    ...(thought === undefined ? [] : [{ kind: "thinking" as const, text: thought }]),
    ...(message.content ? [{ kind: "text" as const, text: textIn(message.content) }] : []),
    ...(message.tool_calls ?? []).map((call: any) => callPart(call, place)),
  ];
}

function userPart(part: any, place: string): SeenPart {
  if (part.type === "text") return { kind: "text", text: part.text };
  if (part.type === "image_url") return { kind: "image", data: part.image_url.url.split(",").at(-1) };
  must(part.type === "file" && isObject(part.file), `${place}: ${part.type}`);
  return { kind: "text", text: "(a file)" };
}

function callPart({ id, type, function: inner }: any, place: string): SeenPart {
  must(typeof id === "string" && id.length <= 40, `${place}.tool_calls.id: at most 40 characters`);
  must(
    type === "function" && NAME.test(inner.name) && typeof inner.arguments === "string",
    `${place}.tool_calls`,
  );
  return { kind: "call", id, name: inner.name, args: JSON.parse(inner.arguments) };
}

const head = (object: string, { body }: Call) => ({
  id: "chatcmpl-1",
  object,
  created: 1,
  model: body.json.model,
});
const USAGE = { prompt_tokens: 11, completion_tokens: 7, total_tokens: 18 };
const frame = (value: unknown): string => `data: ${JSON.stringify(value)}\n\n`;
const chunk = (call: Call, delta: object, finish: string | null = null): string =>
  frame({ ...head("chat.completion.chunk", call), choices: [{ index: 0, delta, finish_reason: finish }] });

function answer({ thinking, text, calls = [] }: Saying, call: Call, given: Given): Action {
  if (thinking) given.set(thinking, thinking);
  const finish = calls.length > 0 ? "tool_calls" : "stop";
  const told = calls.map(({ name, args }, index) => {
    const inner = { name, arguments: JSON.stringify(args) };
    return { index, id: nextId("call_"), type: "function", function: inner };
  });
  if (call.body.json.stream !== true) {
    const tool_calls = told.map(({ index: _index, ...rest }) => rest);
    const message = {
      role: "assistant",
      content: text ?? null,
      ...(thinking ? { reasoning_content: thinking } : {}),
      ...(told.length > 0 ? { tool_calls } : {}),
    };
    const choice = { index: 0, message, finish_reason: finish };
    return reply({ body: { ...head("chat.completion", call), choices: [choice], usage: USAGE } });
  }
  return stream({
    frames: [
      chunk(call, { role: "assistant", content: "" }),
      ...pieces(thinking ?? "").map((reasoning_content) => chunk(call, { reasoning_content })),
      ...pieces(text ?? "").map((content) => chunk(call, { content })),
      ...told.flatMap((one) => [
        chunk(call, { tool_calls: [{ ...one, function: { name: one.function.name, arguments: "" } }] }),
        ...pieces(one.function.arguments).map((part) =>
          chunk(call, { tool_calls: [{ index: one.index, function: { arguments: part } }] }),
        ),
      ]),
      chunk(call, {}, finish),
      frame({ ...head("chat.completion.chunk", call), choices: [], usage: USAGE }),
      "data: [DONE]\n\n",
    ],
  });
}

export const completions: StrictWire = {
  api: "openai-completions",
  see,
  answer,
  cutOff: (call) => resetAfterFrames(1, { frames: [chunk(call, { role: "assistant", content: "" })] }),
  error: (status, message) => ({
    error: { message, type: status === 400 ? "invalid_request_error" : "requests", param: null, code: null },
  }),
};
