// Converse as a provider's protocol: what the clients' protocols say arrives there, and comes back.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { JsonObject } from "../../../core/json.ts";
import { TRANSLATORS } from "../all.ts";

const bedrock = TRANSLATORS["bedrock-converse-stream"]!.provider!;
const CLAUDE = "us.anthropic.claude-sonnet-4-5-20250929-v1:0";
const NOVA = "amazon.nova-lite-v1:0";

const fromMessages = (body: JsonObject, model = CLAUDE, target = {}) =>
  bedrock.writeRequest(TRANSLATORS["anthropic-messages"]!.client!.readRequest(body), { model, ...target });
const fromChat = (body: JsonObject, model = NOVA) =>
  bedrock.writeRequest(TRANSLATORS["openai-completions"]!.client!.readRequest(body), { model });

const WEATHER = {
  type: "object",
  properties: { city: { type: "string" } },
  required: ["city"],
  additionalProperties: false,
};
const HI = [{ role: "user", content: "Hi" }];
const newId = () => "call_new";

describe("a request", () => {
  test("that has Claude think has room for it, also where the client named no cap", () => {
    const ask = (more: JsonObject, target = {}): any =>
      bedrock.writeRequest(
        TRANSLATORS["openai-completions"]!.client!.readRequest({
          messages: HI,
          reasoning_effort: "medium",
          ...more,
        }),
        { model: CLAUDE, ...target },
      ).body;
    const caps = (body: any) => [
      body.inferenceConfig.maxTokens,
      body.additionalModelRequestFields.thinking.budget_tokens,
    ];
    assert.deepEqual(caps(ask({})), [16_384, 8192]);
    assert.deepEqual(caps(ask({}, { maxTokens: 64_000 })), [64_000, 8192]);
    assert.deepEqual(caps(ask({ max_tokens: 100 })), [8292, 8192]);
    assert.deepEqual(caps(ask({ max_tokens: 64_000 }, { maxTokens: 64_000 })), [64_000, 1024]);
  });

  test("that shows calls and offers no tools has those that were called", () => {
    const { body } = fromChat({
      messages: [
        { role: "user", content: "Look." },
        {
          role: "assistant",
          tool_calls: [{ id: "call_1", type: "function", function: { name: "look", arguments: "{}" } }],
        },
        { role: "tool", tool_call_id: "call_1", content: "seen" },
        { role: "user", content: "Sum up." },
      ],
    });
    const json = { type: "object", properties: {} };
    assert.deepEqual(body["toolConfig"], { tools: [{ toolSpec: { name: "look", inputSchema: { json } } }] });
    assert.equal(fromChat({ messages: HI }).body["toolConfig"], undefined);
  });

  test("with tools, an image, a file, thinking and a failed result", () => {
    const { body, dropped } = fromMessages({
      model: "x",
      max_tokens: 100,
      stream: true,
      system: "Be brief.",
      thinking: { type: "enabled", budget_tokens: 2000 },
      top_k: 3,
      stop_sequences: ["END"],
      messages: [
        {
          role: "user",
          content: [
            { type: "text", text: "Look." },
            { type: "image", source: { type: "base64", media_type: "image/png", data: "aGk=" } },
            {
              type: "document",
              title: "a/b: report.pdf",
              source: { type: "base64", media_type: "application/pdf", data: "aGk=" },
            },
          ],
        },
        {
          role: "assistant",
          content: [
            { type: "thinking", thinking: "hm", signature: "c2ln" },
            { type: "tool_use", id: "toolu_1", name: "weather", input: { city: "Rome" } },
          ],
        },
        {
          role: "user",
          content: [
            { type: "text", text: "Well?" },
            { type: "tool_result", tool_use_id: "toolu_1", content: "no", is_error: true },
          ],
        },
      ],
      tools: [{ name: "weather", description: "d", input_schema: WEATHER }],
      tool_choice: { type: "auto" },
    });
    const point = { cachePoint: { type: "default" } };
    assert.deepEqual(body, {
      system: [{ text: "Be brief." }, point],
      messages: [
        {
          role: "user",
          content: [
            { text: "Look." },
            { image: { format: "png", source: { bytes: "aGk=" } } },
            { document: { format: "pdf", name: "a b report", source: { bytes: "aGk=" } } },
          ],
        },
        {
          role: "assistant",
          content: [
            { reasoningContent: { reasoningText: { text: "hm", signature: "c2ln" } } },
            { toolUse: { toolUseId: "toolu_1", name: "weather", input: { city: "Rome" } } },
          ],
        },
        {
          role: "user",
          content: [
            { toolResult: { toolUseId: "toolu_1", content: [{ text: "no" }], status: "error" } },
            { text: "Well?" },
            point,
          ],
        },
      ],
      toolConfig: {
        tools: [{ toolSpec: { name: "weather", description: "d", inputSchema: { json: WEATHER } } }],
        toolChoice: { auto: {} },
      },
      inferenceConfig: { maxTokens: 2100, stopSequences: ["END"] },
      additionalModelRequestFields: { thinking: { type: "enabled", budget_tokens: 2000 } },
      additionalModelResponseFieldPaths: ["/stop_sequence"],
    });
    assert.deepEqual(dropped, ["top_k"]);
  });

  test("the client's own marks of what may be kept stand where they stood", () => {
    const cache_control = { type: "ephemeral" };
    const request = { max_tokens: 9, system: [{ type: "text", text: "s", cache_control }], messages: HI };
    assert.deepEqual(fromMessages(request).dropped, []);
    assert.deepEqual(fromMessages(request).body["system"], [
      { text: "s" },
      { cachePoint: { type: "default" } },
    ]);
    // Models that would refuse the mark do not see it, and the client is told.
    assert.deepEqual(fromMessages(request, NOVA).body["system"], [{ text: "s" }]);
    assert.deepEqual(fromMessages(request, NOVA).dropped, ["cache_control"]);
  });

  for (const [model, reasoning] of [
    ["openai.gpt-oss-120b-1:0", { reasoning_effort: "high" }],
    ["us.amazon.nova-2-lite-v1:0", { reasoningConfig: { type: "enabled", maxReasoningEffort: "high" } }],
    [NOVA, undefined],
  ] as const)
    test(`reasoning as ${model} is asked for it`, () => {
      const { body, dropped } = fromChat({ messages: HI, reasoning_effort: "high" }, model);
      assert.deepEqual(body["additionalModelRequestFields"], reasoning);
      assert.deepEqual(dropped, reasoning ? [] : ["reasoning_effort"]);
    });

  test("an answer in a form", () => {
    const json_schema = { name: "city", schema: WEATHER };
    const { body } = fromChat({ messages: HI, response_format: { type: "json_schema", json_schema } });
    const jsonSchema = { schema: JSON.stringify(WEATHER), name: "city" };
    assert.deepEqual(body["outputConfig"], {
      textFormat: { type: "json_schema", structure: { jsonSchema } },
    });
  });

  test("what cannot be carried is refused by name", () => {
    const image = { type: "image_url", image_url: { url: "https://example.com/a.png" } };
    assert.throws(() => fromChat({ messages: [{ role: "user", content: [image] }] }), /address of an image/);
    const call = { id: "c", type: "function", function: { name: "weather", arguments: "{}" } };
    const tools = [{ type: "function", function: { name: "weather", parameters: WEATHER } }];
    const talk = [
      ...HI,
      { role: "assistant", tool_calls: [call] },
      { role: "tool", tool_call_id: "c", content: "x" },
    ];
    assert.throws(
      () => fromChat({ messages: talk, tools, tool_choice: "none" }),
      /^.*tool_choice cannot be none/,
    );
    assert.equal(fromChat({ messages: HI, tools, tool_choice: "none" }).body["toolConfig"], undefined);
  });
});

const USAGE = {
  inputTokens: 3,
  outputTokens: 5,
  totalTokens: 20,
  cacheReadInputTokens: 10,
  cacheWriteInputTokens: 2,
};
const signature = { api: "bedrock-converse-stream", value: "c2ln" };
const redacted = { api: "bedrock-converse-stream-redacted", value: "eHg=" };
const usage = { input: 15, output: 5, cacheRead: 10, cacheWrite: 2 };

describe("an answer", () => {
  test("in a stream", () => {
    const reader = bedrock.reader(newId);
    const at = (contentBlockIndex: number, delta: JsonObject) => ({ contentBlockIndex, delta });
    const events = [
      ["messageStart", { role: "assistant" }],
      ["contentBlockDelta", at(0, { reasoningContent: { text: "hm" } })],
      ["contentBlockDelta", at(0, { reasoningContent: { signature: "c2ln" } })],
      ["contentBlockDelta", at(1, { reasoningContent: { redactedContent: "eHg=" } })],
      ["contentBlockDelta", at(2, { text: "Hello" })],
      [
        "contentBlockStart",
        { contentBlockIndex: 3, start: { toolUse: { toolUseId: "t1", name: "weather" } } },
      ],
      ["contentBlockDelta", at(3, { toolUse: { input: '{"city":' } })],
      ["contentBlockDelta", at(3, { toolUse: { input: '"Rome"}' } })],
      ["contentBlockStop", { contentBlockIndex: 3 }],
      ["messageStop", { stopReason: "tool_use" }],
      ["metadata", { usage: USAGE, metrics: { latencyMs: 1 } }],
    ] as const;
    const heard = [
      ...events.flatMap(([name, data]) => reader.add(name, JSON.stringify(data))),
      ...reader.end(),
    ];
    assert.deepEqual(heard, [
      { kind: "thinking", text: "hm" },
      { kind: "signature", signature },
      { kind: "signature", signature: redacted },
      { kind: "text", text: "Hello" },
      { kind: "tool", index: 3, id: "t1", name: "weather" },
      { kind: "arguments", index: 3, text: '{"city":' },
      { kind: "arguments", index: 3, text: '"Rome"}' },
      { kind: "finish", reason: "tool_calls", usage },
    ]);
  });

  test("in one piece", () => {
    const content = [
      { reasoningContent: { reasoningText: { text: "hm", signature: "c2ln" } } },
      { text: "Hello" },
      { toolUse: { name: "weather", input: { city: "Rome" } } },
    ];
    const answer = {
      output: { message: { role: "assistant", content } },
      stopReason: "stop_sequence",
      additionalModelResponseFields: { stop_sequence: "END" },
      usage: USAGE,
    };
    assert.deepEqual(bedrock.readAnswer(answer, newId), [
      { kind: "thinking", text: "hm" },
      { kind: "signature", signature },
      { kind: "text", text: "Hello" },
      { kind: "tool", index: 2, id: "call_new", name: "weather" },
      { kind: "arguments", index: 2, text: '{"city":"Rome"}' },
      { kind: "finish", reason: "stop", usage, stopSequence: "END" },
    ]);
  });
});
