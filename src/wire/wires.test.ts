import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject } from "../core/json.ts";
import { anthropicMessages } from "./anthropic-messages.ts";
import { openaiCompletions } from "./openai-completions.ts";
import { openaiResponses } from "./openai-responses.ts";
import type { FrameVerdict, Wire } from "./wire.ts";

const MARKS = { runId: "run-1", model: "openclaw" };
const json = (value: unknown) => JSON.stringify(value);
const chunk = (delta: unknown, finish: string | null = null) =>
  json({ choices: [{ index: 0, delta, finish_reason: finish }] });
const wordOf = (verdict: FrameVerdict) => (typeof verdict === "string" ? verdict : "error");

test("what each frame means", () => {
  const cases: [Wire, string | undefined, string, string][] = [
    [openaiCompletions, undefined, chunk({ role: "assistant", content: "" }), "prelude"],
    [openaiCompletions, undefined, chunk({ role: "assistant", content: null, tool_calls: [] }), "prelude"],
    [openaiCompletions, undefined, chunk({ content: "a" }), "content"],
    [openaiCompletions, undefined, chunk({ reasoning_content: "hm" }), "content"],
    [openaiCompletions, undefined, chunk({ tool_calls: [{ index: 0 }] }), "content"],
    [openaiCompletions, undefined, chunk({}, "stop"), "content"],
    [openaiCompletions, undefined, json({ error: { message: "no" } }), "error"],
    [openaiCompletions, undefined, "[DONE]", "end"],
    [openaiCompletions, undefined, "not json", "prelude"],
    [openaiResponses, "response.created", json({ type: "response.created", response: {} }), "prelude"],
    [
      openaiResponses,
      "response.output_text.delta",
      json({ type: "response.output_text.delta", delta: "a" }),
      "content",
    ],
    [
      openaiResponses,
      "response.failed",
      json({ type: "response.failed", response: { error: { code: "x" } } }),
      "error",
    ],
    [openaiResponses, "error", json({ type: "error", message: "no" }), "error"],
    [openaiResponses, "response.completed", json({ type: "response.completed", response: {} }), "end"],
    [anthropicMessages, "message_start", json({ type: "message_start", message: {} }), "prelude"],
    [anthropicMessages, "ping", json({ type: "ping" }), "prelude"],
    [
      anthropicMessages,
      "content_block_delta",
      json({ type: "content_block_delta", delta: { text: "a" } }),
      "content",
    ],
    [anthropicMessages, "error", json({ type: "error", error: { type: "overloaded_error" } }), "error"],
    [anthropicMessages, "message_stop", json({ type: "message_stop" }), "end"],
  ];
  for (const [wire, event, data, expected] of cases)
    assert.equal(wordOf(wire.readFrame(event, data)), expected, data);
});

test("errors in a body that came with status 200", () => {
  const cases: [Wire, JsonObject, boolean][] = [
    [openaiCompletions, { error: { message: "no" } }, true],
    [openaiCompletions, { choices: [], error: null }, false],
    [openaiCompletions, { choices: [{ message: { content: '"error"' } }] }, false],
    [openaiResponses, { status: "failed", error: { code: "x" }, output: [] }, true],
    [openaiResponses, { status: "completed", error: null, output: [] }, false],
    [anthropicMessages, { type: "error", error: { type: "overloaded_error" } }, true],
    [anthropicMessages, { type: "message", content: [] }, false],
  ];
  for (const [wire, body, isError] of cases)
    assert.equal(wire.errorInBody(body) !== undefined, isError, json(body));
});

test("usage is read from the last part of an answer, braces inside it included", () => {
  const cases: [Wire, string, unknown][] = [
    [
      openaiCompletions,
      `x"usage":null}..."usage": {"prompt_tokens":3,"completion_tokens":4,"details":{"a":{}}}}\n\ndata: [DONE]`,
      { inputTokens: 3, outputTokens: 4 },
    ],
    [
      openaiCompletions,
      `"usage":{"prompt_tokens":3,"completion_tokens":4}} later "usage":null`,
      { inputTokens: 3, outputTokens: 4 },
    ],
    [
      anthropicMessages,
      `{"type":"message_delta","usage":{"output_tokens":9}}`,
      { inputTokens: 0, outputTokens: 9 },
    ],
    [
      openaiResponses,
      `"usage":{"input_tokens":1,"output_tokens":2,"total_tokens":3}}}`,
      { inputTokens: 1, outputTokens: 2 },
    ],
    [openaiCompletions, "nothing here", undefined],
    [openaiCompletions, '"usage":{"prompt_tokens":', undefined],
  ];
  for (const [wire, tail, expected] of cases) assert.deepEqual(wire.readUsage(tail), expected, tail);
});

function collect(wire: Wire, frames: [string | undefined, unknown][]): JsonObject {
  const collector = wire.collector();
  for (const [event, data] of frames) collector.add(event, typeof data === "string" ? data : json(data));
  return collector.result(MARKS) as JsonObject;
}

test("chat chunks join into one completion: text, parallel tool calls, reasoning, usage", () => {
  const delta = (value: unknown, finish: string | null = null) => ({
    created: 7,
    choices: [{ index: 0, delta: value, finish_reason: finish }],
  });
  const answer = collect(openaiCompletions, [
    [undefined, delta({ role: "assistant", content: "He" })],
    [undefined, delta({ content: "llo", reasoning_content: "be kind" })],
    [
      undefined,
      delta({
        tool_calls: [{ index: 0, id: "c1", type: "function", function: { name: "f", arguments: '{"a"' } }],
      }),
    ],
    [
      undefined,
      delta({
        tool_calls: [{ index: 1, id: "c2", type: "function", function: { name: "g", arguments: "{}" } }],
      }),
    ],
    [undefined, delta({ tool_calls: [{ index: 0, function: { arguments: ":1}" } }] })],
    [undefined, delta({}, "tool_calls")],
    [undefined, { choices: [], usage: { prompt_tokens: 1 } }],
    [undefined, "[DONE]"],
  ]);
  assert.deepEqual(answer, {
    id: "chatcmpl_run-1",
    model: "openclaw",
    object: "chat.completion",
    created: 7,
    choices: [
      {
        index: 0,
        finish_reason: "tool_calls",
        message: {
          role: "assistant",
          content: "Hello",
          reasoning_content: "be kind",
          tool_calls: [
            { id: "c1", type: "function", function: { name: "f", arguments: '{"a":1}' } },
            { id: "c2", type: "function", function: { name: "g", arguments: "{}" } },
          ],
        },
      },
    ],
    usage: { prompt_tokens: 1 },
  });
});

test("message events join into one message: text, thinking with signature, tool input, stop reason, usage", () => {
  const answer = collect(anthropicMessages, [
    [
      "message_start",
      {
        type: "message_start",
        message: {
          id: "up",
          type: "message",
          role: "assistant",
          content: [],
          usage: { input_tokens: 5, output_tokens: 1 },
        },
      },
    ],
    [
      "content_block_start",
      {
        type: "content_block_start",
        index: 0,
        content_block: { type: "thinking", thinking: "", signature: "" },
      },
    ],
    [
      "content_block_delta",
      { type: "content_block_delta", index: 0, delta: { type: "thinking_delta", thinking: "hm" } },
    ],
    [
      "content_block_delta",
      { type: "content_block_delta", index: 0, delta: { type: "signature_delta", signature: "sig" } },
    ],
    [
      "content_block_start",
      {
        type: "content_block_start",
        index: 1,
        content_block: { type: "tool_use", id: "t", name: "f", input: {} },
      },
    ],
    [
      "content_block_delta",
      { type: "content_block_delta", index: 1, delta: { type: "input_json_delta", partial_json: '{"a":' } },
    ],
    [
      "content_block_delta",
      { type: "content_block_delta", index: 1, delta: { type: "input_json_delta", partial_json: "1}" } },
    ],
    [
      "message_delta",
      { type: "message_delta", delta: { stop_reason: "tool_use" }, usage: { output_tokens: 8 } },
    ],
    ["message_stop", { type: "message_stop" }],
  ]);
  assert.deepEqual(answer, {
    id: "msg_run-1",
    model: "openclaw",
    type: "message",
    role: "assistant",
    stop_reason: "tool_use",
    usage: { input_tokens: 5, output_tokens: 8 },
    content: [
      { type: "thinking", thinking: "hm", signature: "sig" },
      { type: "tool_use", id: "t", name: "f", input: { a: 1 } },
    ],
  });
});

test("what the agent path sends upstream: always a stream, caps under the new name, no client ids", () => {
  const sent = openaiCompletions.agentRequest(
    { model: "openclaw", user: "u", max_tokens: 5, seed: 7, messages: [] },
    "m1",
  );
  assert.deepEqual(sent, {
    model: "m1",
    seed: 7,
    messages: [],
    stream: true,
    stream_options: { include_usage: true },
    max_completion_tokens: 5,
  });
  assert.equal(openaiResponses.agentRequest({ input: "hi" }, "m1")["stream"], true);
  assert.equal(anthropicMessages.agentRequest({ messages: [] }, "m1")["model"], "m1");
});

test("requests of the agent path are checked before anything is sent", () => {
  const messages = [{ role: "user", content: "hi" }];
  const cases: [Wire, JsonObject, RegExp | undefined][] = [
    [openaiCompletions, { messages }, undefined],
    [openaiCompletions, {}, /messages/],
    [openaiCompletions, { messages: [] }, /messages/],
    [openaiCompletions, { messages: [1] }, /messages/],
    [openaiCompletions, { messages: [{ role: "system", content: "be brief" }] }, /of the user/],
    [openaiCompletions, { messages, temperature: 9 }, /temperature/],
    [openaiCompletions, { messages, stop: ["1", "2", "3", "4", "5"] }, /stop/],
    [openaiCompletions, { messages, tools: {} }, /tools/],
    [openaiResponses, {}, /input/],
    [openaiResponses, { input: "hi" }, undefined],
    [anthropicMessages, { messages, temperature: 2 }, /temperature/],
  ];
  for (const [wire, body, fault] of cases) {
    const said = wire.faultOf(body);
    if (fault) assert.match(said ?? "", fault);
    else assert.equal(said, undefined);
  }
});

test("each protocol ends a broken stream with its own error event", () => {
  const refusal = { status: 503, type: "api_error", message: "gone" };
  assert.equal(
    openaiCompletions.errorFrames(refusal),
    'data: {"error":{"message":"gone","type":"api_error"}}\n\ndata: [DONE]\n\n',
  );
  const failed = openaiResponses.errorFrames(refusal, 'data: {"response":{"id":"resp_9"}}');
  assert.match(failed, /^event: response\.failed\ndata: \{.*"id":"resp_9".*"status":"failed".*\}\n\n$/);
  assert.match(
    openaiResponses.errorFrames(refusal),
    /^event: response\.created\n.*\n\nevent: response\.failed\n/,
  );
  assert.equal(
    anthropicMessages.errorFrames(refusal),
    'event: error\ndata: {"type":"error","error":{"type":"api_error","message":"gone"}}\n\n',
  );
});

test("who a conversation belongs to, when the body says", () => {
  assert.equal(openaiCompletions.conversation({ user: "u1" }).user, "u1");
  assert.equal(anthropicMessages.conversation({ metadata: { user_id: "s1" } }).user, "s1");
  const messages = [
    { role: "system", content: "be brief" },
    { role: "user", content: [{ type: "text", text: "hi" }] },
  ];
  assert.deepEqual(openaiCompletions.conversation({ messages }), { system: "be brief", firstMessage: "hi" });
});
