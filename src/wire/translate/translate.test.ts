// Translation between protocols, tested through its public doors: what one side says, the other side reads.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject } from "../../core/json.ts";
import { TRANSLATORS } from "./all.ts";
import type { AnswerEvent } from "./neutral.ts";

const chat = TRANSLATORS["openai-completions"]!;
const messages = TRANSLATORS["anthropic-messages"]!;
const FRAME = { id: "r1", model: "p/m", created: 1_700_000_000, usage: true };

const toMessages = (body: JsonObject, target = {}) =>
  messages.provider.writeRequest(chat.client!.readRequest(body), { model: "m", ...target });
const toChat = (body: JsonObject, target = {}) =>
  chat.provider.writeRequest(messages.client!.readRequest(body), { model: "m", ...target });

const newId = () => "call_a";
const WEATHER = {
  type: "object",
  properties: { city: { type: "string" } },
};

test("a chat with tools, images and results becomes messages", () => {
  const { body, dropped } = toMessages({
    model: "x",
    messages: [
      { role: "system", content: "Be brief." },
      {
        role: "user",
        content: [
          { type: "text", text: "What is this?" },
          { type: "image_url", image_url: { url: "data:image/png;base64,aGk=" } },
        ],
      },
      {
        role: "assistant",
        content: null,
        tool_calls: [
          { id: "call_1", type: "function", function: { name: "weather", arguments: '{"city":"Rome"}' } },
          { id: "call_2", type: "function", function: { name: "weather", arguments: "" } },
        ],
      },
      { role: "tool", tool_call_id: "call_1", content: "sunny" },
      { role: "tool", tool_call_id: "call_2", content: "rain" },
      { role: "user", content: "And now?" },
    ],
    tools: [{ type: "function", function: { name: "weather", description: "d", parameters: WEATHER } }],
    tool_choice: "required",
    parallel_tool_calls: false,
    max_completion_tokens: 100,
    stop: "END",
    seed: 7,
    user: "ada",
  });
  assert.deepEqual(body, {
    model: "m",
    max_tokens: 100,
    system: [{ type: "text", text: "Be brief.", cache_control: { type: "ephemeral" } }],
    messages: [
      {
        role: "user",
        content: [
          { type: "text", text: "What is this?" },
          { type: "image", source: { type: "base64", media_type: "image/png", data: "aGk=" } },
        ],
      },
      {
        role: "assistant",
        content: [
          { type: "tool_use", id: "call_1", name: "weather", input: { city: "Rome" } },
          { type: "tool_use", id: "call_2", name: "weather", input: {} },
        ],
      },
      {
        role: "user",
        content: [
          { type: "tool_result", tool_use_id: "call_1", content: [{ type: "text", text: "sunny" }] },
          { type: "tool_result", tool_use_id: "call_2", content: [{ type: "text", text: "rain" }] },
          { type: "text", text: "And now?", cache_control: { type: "ephemeral" } },
        ],
      },
    ],
    tools: [{ name: "weather", description: "d", input_schema: WEATHER }],
    tool_choice: { type: "any", disable_parallel_tool_use: true },
    stop_sequences: ["END"],
    metadata: { user_id: "ada" },
  });
  assert.deepEqual(dropped, ["seed"]);
});

test("messages with thinking, tools and results become a chat", () => {
  const { body, dropped } = toChat({
    model: "x",
    max_tokens: 50,
    stream: true,
    system: [{ type: "text", text: "Be brief.", cache_control: { type: "ephemeral" } }],
    thinking: { type: "enabled", budget_tokens: 5000 },
    top_k: 3,
    messages: [
      { role: "user", content: "Hi" },
      {
        role: "assistant",
        content: [
          { type: "thinking", thinking: "hm", signature: "c2ln" },
          { type: "text", text: "Looking." },
          { type: "tool_use", id: "toolu_1", name: "look", input: { at: 1 } },
        ],
      },
      {
        role: "user",
        content: [
          {
            type: "tool_result",
            tool_use_id: "toolu_1",
            is_error: true,
            content: [
              { type: "text", text: "seen" },
              { type: "image", source: { type: "url", url: "https://example.test/i.png" } },
            ],
          },
        ],
      },
    ],
    tools: [{ name: "look", input_schema: { type: "object" } }],
    tool_choice: { type: "auto", disable_parallel_tool_use: true },
  });
  assert.deepEqual(body, {
    model: "m",
    messages: [
      { role: "system", content: "Be brief." },
      { role: "user", content: "Hi" },
      {
        role: "assistant",
        content: "Looking.",
        tool_calls: [{ id: "toolu_1", type: "function", function: { name: "look", arguments: '{"at":1}' } }],
      },
      { role: "tool", tool_call_id: "toolu_1", content: "seen" },
      {
        role: "user",
        content: [{ type: "image_url", image_url: { url: "https://example.test/i.png" } }],
      },
    ],
    stream: true,
    stream_options: { include_usage: true },
    max_tokens: 50,
    tools: [{ type: "function", function: { name: "look", parameters: { type: "object", properties: {} } } }],
    tool_choice: "auto",
    parallel_tool_calls: false,
    reasoning_effort: "medium",
  });
  assert.deepEqual(new Set(dropped), new Set(["cache_control", "top_k", "thinking", "tool_result.is_error"]));
});

const EVENTS: AnswerEvent[] = [
  { kind: "thinking", text: "let me " },
  { kind: "thinking", text: "see" },
  { kind: "text", text: "Hello" },
  { kind: "tool", index: 0, id: "call_a", name: "look" },
  { kind: "arguments", index: 0, text: '{"at"' },
  { kind: "arguments", index: 0, text: ":1}" },
  { kind: "finish", reason: "tool_calls", usage: { input: 10, output: 5, cacheRead: 4 } },
];

/** The frames of a stream, as a provider's wire gives them. */
const framesOf = (text: string): [string | undefined, string][] =>
  text
    .split("\n\n")
    .filter(Boolean)
    .map((frame) => [/^event: (.*)$/m.exec(frame)?.[1], /^data: (.*)$/m.exec(frame)![1]!]);

for (const [api, { client, provider }] of Object.entries(TRANSLATORS)) {
  if (!client) continue;
  test(`${api}: what is written as a stream reads as it was`, () => {
    const writer = client.writer(FRAME);
    const text = EVENTS.map((event) => writer.add(event)).join("") + writer.end();
    const reader = provider.reader(newId);
    const read = [...framesOf(text).flatMap((frame) => reader.add(...frame)), ...reader.end()];
    const body = client.writeAnswer(read, FRAME);
    assert.deepEqual(body, client.writeAnswer(EVENTS, FRAME));
    assert.deepEqual(client.writeAnswer(provider.readAnswer(body, newId), FRAME), body);
  });
}

test("calls whose pieces come mixed are told one after the other", () => {
  const writer = messages.client!.writer(FRAME);
  const mixed: AnswerEvent[] = [
    { kind: "tool", index: 0, id: "a", name: "one" },
    { kind: "tool", index: 1, id: "b", name: "two" },
    { kind: "arguments", index: 1, text: '{"n"' },
    { kind: "arguments", index: 0, text: "{}" },
    { kind: "arguments", index: 1, text: ":2}" },
    { kind: "finish", reason: "tool_calls" },
  ];
  const text = mixed.map((event) => writer.add(event)).join("") + writer.end();
  const reader = messages.provider.reader(newId);
  const read = [...framesOf(text).flatMap((frame) => reader.add(...frame)), ...reader.end()];
  const calls = messages.client!.writeAnswer(read, FRAME)["content"] as JsonObject[];
  assert.deepEqual(
    calls.map(({ id, input }) => [id, input]),
    [
      ["a", {}],
      ["b", { n: 2 }],
    ],
  );
});

test("what no other protocol can give is refused with its place", () => {
  const hi = [{ role: "user", content: "hi" }];
  const refused = (body: JsonObject, words: RegExp) =>
    assert.throws(() => toMessages({ messages: hi, ...body }), words);
  refused({ n: 2 }, /^AccessError: n cannot be carried/);
  refused({ logprobs: true }, /logprobs cannot/);
  refused({ tools: [{ type: "custom", custom: { name: "x" } }] }, /tools\[0\] is no function/);
  refused(
    { messages: [{ role: "user", content: [{ type: "input_audio" }] }] },
    /messages\[0\]\.content\[0\]\.type/,
  );
  refused({ messages: [{ role: "robot", content: "x" }] }, /messages\[0\]\.role/);
  assert.throws(
    () => toChat({ messages: hi, tools: [{ type: "web_search_20250305", name: "web_search" }] }),
    /web_search_20250305 is run by its own provider only/,
  );
});

test("thinking that others signed goes back to them alone", () => {
  const openai = { api: "openai-responses", value: "enc:1" };
  const events: AnswerEvent[] = [
    { kind: "thinking", text: "hm" },
    { kind: "signature", signature: openai },
    { kind: "text", text: "Hi" },
    { kind: "finish", reason: "stop" },
  ];
  const { content } = messages.client!.writeAnswer(events, FRAME);
  const again = messages.client!.readRequest({ messages: [{ role: "assistant", content }] });
  const [thinking] = again.messages[0]!.parts;
  assert.deepEqual(thinking, { kind: "thinking", text: "hm", signature: openai });
  const { body } = messages.provider.writeRequest(again, { model: "m" });
  assert.equal(JSON.stringify(body).includes("enc:1"), false);
});
