// Requests and answers with what generated ones do not show.
import type { JsonObject } from "../../src/core/json.ts";

export const OTHER_REQUESTS: Readonly<Record<string, readonly JsonObject[]>> = {
  "openai-completions": [
    {
      model: "x",
      messages: [
        { role: "developer", content: [{ type: "text", text: "Be brief." }], name: "boss" },
        { role: "user", content: [{ type: "file", file: { file_data: "JVBERi0=", filename: "a.pdf" } }] },
        { role: "assistant", content: null, refusal: "No.", reasoning_content: "hm" },
        { role: "system", content: "Now be long." },
        {
          role: "user",
          content: [{ type: "image_url", image_url: { url: "https://example.test/i.png", detail: "low" } }],
        },
      ],
      tool_choice: { type: "function", function: { name: "look" } },
      logit_bias: {},
      n: 1,
    },
  ],
  "openai-responses": [
    {
      instructions: "Be brief.",
      input: [
        {
          type: "reasoning",
          id: "rs_1",
          summary: [{ type: "summary_text", text: "hm" }],
          encrypted_content: "enc",
        },
        { type: "custom_tool_call", call_id: "c1", name: "apply_patch", input: "*** Begin" },
        {
          type: "custom_tool_call_output",
          call_id: "c1",
          output: [{ type: "input_image", image_url: "data:image/png;base64,aGk=" }],
        },
        { type: "web_search_call", id: "ws_1", status: "completed" },
        { role: "developer", content: "Now be long." },
        { role: "user", content: [{ type: "input_file", file_url: "https://example.test/a.pdf" }] },
      ],
      tools: [
        {
          type: "custom",
          name: "apply_patch",
          format: { type: "grammar", syntax: "lark", definition: "start: x" },
        },
        { type: "web_search" },
      ],
      reasoning: { effort: "high", summary: "auto" },
      text: { verbosity: "low", format: { type: "json_schema", name: "a", schema: { type: "object" } } },
    },
  ],
  "anthropic-messages": [
    {
      max_tokens: 100,
      system: [{ type: "text", text: "Be brief.", cache_control: { type: "ephemeral" } }],
      thinking: { type: "enabled", budget_tokens: 2048 },
      messages: [
        {
          role: "user",
          content: [{ type: "document", source: { type: "text", data: "words" }, title: "T" }],
        },
        {
          role: "assistant",
          content: [
            { type: "redacted_thinking", data: "enc" },
            { type: "server_tool_use", id: "srv_1", name: "web_search", input: {} },
            { type: "tool_use", id: "t1", name: "look", input: { invalid_json: "{" } },
          ],
        },
        {
          role: "user",
          content: [
            {
              type: "tool_result",
              tool_use_id: "t1",
              content: [{ type: "search_result", source: "s", title: "t", content: [] }],
            },
          ],
        },
      ],
      output_config: { effort: "high", format: { type: "json_schema", schema: { type: "object" } } },
    },
  ],
};

export const OTHER_ANSWERS: Readonly<Record<string, readonly JsonObject[]>> = {
  "google-generative-ai": [
    {
      candidates: [
        {
          content: {
            parts: [
              { text: "hm", thought: true },
              { text: "Hello", thoughtSignature: "c2ln" },
              { inlineData: { mimeType: "image/png", data: "aGk=" } },
              { functionCall: { name: "look", args: { a: 1 }, id: "f1" }, thoughtSignature: "c2ln" },
            ],
          },
          finishReason: "STOP",
        },
      ],
      promptFeedback: {},
      usageMetadata: {
        promptTokenCount: 5,
        candidatesTokenCount: 3,
        thoughtsTokenCount: 2,
        cachedContentTokenCount: 1,
      },
    },
  ],
  ollama: [
    {
      message: {
        role: "assistant",
        content: "Hello",
        thinking: "hm",
        tool_calls: [{ id: "o1", function: { name: "look", arguments: { a: 1 } } }],
      },
      done: true,
      done_reason: "stop",
      prompt_eval_count: 5,
      eval_count: 3,
    },
  ],
  "bedrock-converse-stream": [
    {
      output: {
        message: {
          role: "assistant",
          content: [
            { reasoningContent: { reasoningText: { text: "hm", signature: "c2ln" } } },
            { text: "Hello" },
            { toolUse: { toolUseId: "b1", name: "look", input: { a: 1 } } },
          ],
        },
      },
      stopReason: "tool_use",
      usage: { inputTokens: 5, outputTokens: 3, cacheReadInputTokens: 1 },
    },
    { contentBlockIndex: 0, delta: { text: "Hello" } },
    { contentBlockIndex: 1, start: { toolUse: { toolUseId: "b1", name: "look" } } },
  ],
};
