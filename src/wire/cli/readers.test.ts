import assert from "node:assert/strict";
import { test } from "node:test";
import { ClaudeReader } from "./claude-stream-json.ts";
import { CodexReader } from "./codex-json.ts";
import { GeminiReader } from "./gemini-stream-json.ts";
import { JsonReader, LinesReader, TextReader } from "./plain.ts";
import type { CliReader } from "./reader.ts";

const told = (reader: CliReader, lines: readonly unknown[]) => [
  ...lines.flatMap((line) => reader.line(typeof line === "string" ? line : JSON.stringify(line))),
  ...reader.end(),
];
const event = (value: unknown) => ({ type: "stream_event", event: value, session_id: "s" });
const delta = (text: string) => event({ type: "content_block_delta", delta: { type: "text_delta", text } });
const begins = (id: string) => event({ type: "message_start", message: { id } });
const result = {
  type: "result",
  is_error: false,
  result: "ignored",
  usage: { input_tokens: 1, output_tokens: 2 },
};
const finish = { kind: "finish", reason: "stop", usage: { input: 1, output: 2 } };
const session = { kind: "session", id: "s" };

test("Claude Code: the text of several messages, and of nobody but the model", () => {
  const lines = [
    "no JSON at all",
    { type: "system", subtype: "init", session_id: "s" },
    begins("m1"),
    delta("One"),
    { type: "assistant", message: { id: "m1", content: [{ type: "text", text: "One" }] } },
    { type: "user", message: { content: [{ type: "tool_result", content: "secret file" }] } },
    {
      type: "assistant",
      parent_tool_use_id: "t1",
      message: { id: "m9", content: [{ type: "text", text: "helper" }] },
    },
    begins("m2"),
    delta("two"),
    result,
  ];
  assert.deepEqual(told(new ClaudeReader(), lines), [
    session,
    { kind: "text", text: "One" },
    { kind: "text", text: "\n\ntwo" },
    finish,
  ]);
});

test("Claude Code without partial messages, and without any message", () => {
  const whole = { type: "assistant", message: { id: "m1", content: [{ type: "text", text: "One" }] } };
  assert.deepEqual(told(new ClaudeReader(), [whole, result]), [{ kind: "text", text: "One" }, finish]);
  assert.deepEqual(told(new ClaudeReader(), [result]), [{ kind: "text", text: "ignored" }, finish]);
});

test("Claude Code's errors, with the time that a limit ends", () => {
  const lines = [
    { type: "rate_limit_event", rate_limit_info: { status: "rejected", resetsAt: 1_800_000_000 } },
    {
      type: "assistant",
      message: { id: "e", model: "<synthetic>", content: [{ type: "text", text: "limit" }] },
      error: "rate_limit",
    },
    {
      type: "result",
      is_error: true,
      result: "limit",
      api_error_status: 429,
      api_error_type: "rate_limit_error",
    },
  ];
  const error = { message: "limit", status: 429, type: "rate_limit_error", resetsAt: 1_800_000_000 };
  assert.deepEqual(told(new ClaudeReader(), lines), [{ kind: "error", error }]);
});

test("Codex: its messages, its thread, and the last error of a turn that failed", () => {
  const item = (type: string, text: string) => ({ type: "item.completed", item: { type, text } });
  const done = { type: "turn.completed", usage: { input_tokens: 1, output_tokens: 2 } };
  assert.deepEqual(
    told(new CodexReader(), [
      { type: "thread.started", thread_id: "s" },
      item("reasoning", "hm"),
      item("command_execution", "ls"),
      item("agent_message", "One"),
      { type: "error", message: "Reconnecting" },
      item("agent_message", "two"),
      done,
    ]),
    [
      session,
      { kind: "thinking", text: "hm" },
      { kind: "text", text: "One" },
      { kind: "text", text: "\n\ntwo" },
      finish,
    ],
  );
  const failed = { type: "turn.failed", error: { message: "429 rate limit" } };
  assert.deepEqual(told(new CodexReader(), [failed]), [
    { kind: "error", error: { message: "429 rate limit" } },
  ]);
});

test("Gemini: pieces, messages around tools, its usage, and the error that a result stands for", () => {
  const say = (content: string, more: object = {}) => ({
    type: "message",
    role: "assistant",
    content,
    ...more,
  });
  const stats = { input_tokens: 10, input: 7, cached: 3, output_tokens: 5 };
  assert.deepEqual(
    told(new GeminiReader(), [
      "Loaded cached credentials.",
      { type: "init", session_id: "s", model: "m" },
      { type: "message", role: "user", content: "Say it." },
      say("On", { delta: true }),
      say("e", { delta: true }),
      { type: "error", severity: "warning", message: "loop detected" },
      { type: "tool_use", tool_name: "ls" },
      { type: "tool_result", output: "secret file" },
      say("two", { delta: true }),
      { type: "result", status: "success", stats },
    ]),
    [
      session,
      { kind: "text", text: "On" },
      { kind: "text", text: "e" },
      { kind: "text", text: "\n\ntwo" },
      { kind: "finish", reason: "stop", usage: { input: 10, output: 5, cacheRead: 3 } },
    ],
  );
  const quota = { type: "error", severity: "error", message: "429 quota exceeded" };
  const error = { kind: "error", error: { message: "429 quota exceeded" } };
  assert.deepEqual(told(new GeminiReader(), [quota, { type: "result", status: "error" }])[0], error);
  assert.deepEqual(told(new GeminiReader(), [quota]), [error]);
});

test("programs of which less is known", () => {
  const text = { kind: "text", text: "yes" };
  const end = { kind: "finish", reason: "stop" };
  assert.deepEqual(told(new TextReader(), ["", "yes", ""]), [text, end]);
  assert.deepEqual(told(new TextReader(), ["", " "]), []);
  assert.deepEqual(told(new JsonReader(), ["{", '"response": "yes", "session_id": "s"', "}"]), [
    session,
    text,
    end,
  ]);
  assert.deepEqual(told(new JsonReader(["at"]), [{ message: { text: "yes" }, at: "s" }]), [
    session,
    text,
    end,
  ]);
  assert.deepEqual(told(new JsonReader(), ["{half"]), []);
  assert.deepEqual(told(new LinesReader(), [{ text: "no" }, "junk", { result: "yes" }]), [text, end]);
  const error = { kind: "error", error: { message: "denied" } };
  assert.deepEqual(told(new LinesReader(), [{ error: { message: "denied" } }])[0], error);
});
