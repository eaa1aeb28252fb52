// Ollama's chat, as strict as its Go types. Rules: its public API reference and the sources of its server.
import type { Action, Call } from "../scripted-upstream.ts";
import { reply, resetAfterFrames, stream } from "../upstream-actions.ts";
import type { Given, Saying, Seen, SeenPart, StrictWire } from "./rules.ts";
import { isBase64, isObject, must, only, pieces, wasSaid } from "./rules.ts";

const OPTIONS =
  "num_predict temperature top_p top_k seed presence_penalty frequency_penalty stop num_ctx".split(" ");

function see({ body: { json } }: Call, given: Given): Seen {
  only(json, ["model", "messages", "stream", "tools", "format", "think", "options", "keep_alive"], "body");
  only(json.options ?? {}, OPTIONS, "options");
  must(["undefined", "boolean", "string"].includes(typeof json.think), "think");
  const called = new Set<string>();
  const turns = json.messages.map((message: any, i: number) => ({
    role: message.role === "assistant" ? "assistant" : "user",
    parts: partsIn(message, `messages[${i}]`, called, given),
  }));
  return {
    system: json.messages.flatMap((each: any) => (each.role === "system" ? [each.content] : [])).join("\n"),
    turns: turns.filter((_: unknown, i: number) => json.messages[i].role !== "system"),
    tools: (json.tools ?? []).map(({ type, function: inner }: any) => {
      must(type === "function" && inner.name && inner.parameters?.type === "object", "tools[].function");
      return inner.name;
    }),
    hasSchema: isObject(json.format),
    thinks: Boolean(json.think),
  };
}

function partsIn(message: any, place: string, called: Set<string>, given: Given): SeenPart[] {
  only(message, ["role", "content", "thinking", "images", "tool_calls", "tool_name", "tool_call_id"], place);
  must(["system", "user", "assistant", "tool"].includes(message.role), `${place}.role`);
  must(typeof message.content === "string", `${place}.content: cannot unmarshal into Go string`);
  if (message.role === "tool") {
    must(called.has(message.tool_name), `${place}: no call of ${message.tool_name} before it`);
    return [{ kind: "result", id: message.tool_name, text: message.content }, ...imagesIn(message, place)];
  }
  must(
    message.thinking === undefined || wasSaid(given, message.thinking),
    `${place}: thinking that it never said`,
  );
  const calls = (message.tool_calls ?? []).map(({ function: { name, arguments: args } }: any) => {
    must(isObject(args), `${place}.arguments: cannot unmarshal string into Go object`);
    called.add(name);
    return { kind: "call", id: name, name, args };
  });
  return [
    ...(message.thinking ? [{ kind: "thinking" as const, text: message.thinking }] : []),
    ...(message.content ? [{ kind: "text" as const, text: message.content }] : []),
    ...imagesIn(message, place),
    ...calls,
  ];
}

const imagesIn = ({ images = [] }: any, place: string): SeenPart[] =>
  images.map((data: string) => {
    must(isBase64(data), `${place}.images: illegal base64 data`);
    return { kind: "image", data };
  });

const head = (call: Call) => ({ model: call.body.json.model, created_at: "2026-01-01T00:00:00Z" });
const END = { done: true, done_reason: "stop", prompt_eval_count: 11, eval_count: 7 };

function answer({ thinking, text, calls = [] }: Saying, call: Call, given: Given): Action {
  if (thinking) given.set(thinking, thinking);
  const tool_calls = calls.map(({ name, args }) => ({ function: { name, arguments: args } }));
  const say = (message: object, more: object = { done: false }) => ({
    ...head(call),
    message: { role: "assistant", content: "", ...message },
    ...more,
  });
  if (call.body.json.stream === false)
    return reply({
      body: say(
        {
          content: text ?? "",
          ...(thinking ? { thinking } : {}),
          ...(calls.length > 0 ? { tool_calls } : {}),
        },
        END,
      ),
    });
  const lines = [
    ...pieces(thinking ?? "").map((each) => say({ thinking: each })),
    ...pieces(text ?? "").map((content) => say({ content })),
    ...(calls.length > 0 ? [say({ tool_calls })] : []),
    say({}, END),
  ];
  const headers = { "content-type": "application/x-ndjson" };
  return stream({ frames: lines.map((each) => `${JSON.stringify(each)}\n`), headers });
}

export const ollama: StrictWire = {
  api: "ollama",
  see,
  answer,
  cutOff: (call) =>
    resetAfterFrames(1, {
      frames: [
        `${JSON.stringify({ ...head(call), message: { role: "assistant", content: "" }, done: false })}\n`,
      ],
      headers: { "content-type": "application/x-ndjson" },
    }),
  error: (_status, message) => ({ error: message }),
};
