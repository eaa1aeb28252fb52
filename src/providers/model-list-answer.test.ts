import assert from "node:assert/strict";
import { test } from "node:test";
import { MOST_MODELS, parseModelList } from "./model-list-answer.ts";

/** what answers so, the answer, the models */
const CASES: readonly (readonly [string, unknown, unknown])[] = [
  ["OpenAI", { object: "list", data: [{ id: "gpt-5.5", object: "model" }] }, [{ id: "gpt-5.5" }]],
  ["OpenAI's other models", { data: [{ id: "whisper-1" }, { id: "text-embedding-3-small" }] }, []],
  ["a bare list", [{ id: "m", type: "chat", context_length: 8192 }], [{ id: "m", contextWindow: 8192 }]],
  [
    "Anthropic",
    { data: [{ type: "model", id: "claude-x", display_name: "Claude X" }], has_more: false },
    [{ id: "claude-x", name: "Claude X" }],
  ],
  [
    "OpenRouter",
    {
      data: [
        {
          id: "a/b:free",
          name: "A: B (free)",
          context_length: 1000,
          architecture: { input_modalities: ["text", "image"], output_modalities: ["text"] },
          top_provider: { context_length: 500, max_completion_tokens: 100 },
        },
        { id: "a/painter", architecture: { input_modalities: ["text"], output_modalities: ["image"] } },
      ],
    },
    [
      {
        id: "a/b:free",
        name: "A: B (free)",
        input: ["text", "image"],
        contextWindow: 1000,
        contextTokens: 500,
        maxTokens: 100,
      },
    ],
  ],
  [
    "Google",
    {
      models: [
        {
          name: "models/gemini-x",
          displayName: "Gemini X",
          inputTokenLimit: 1_048_576,
          outputTokenLimit: 65_536,
          supportedGenerationMethods: ["generateContent", "countTokens"],
        },
        { name: "models/embedding-001", supportedGenerationMethods: ["embedContent"] },
      ],
    },
    [{ id: "gemini-x", name: "Gemini X", contextWindow: 1_048_576, maxTokens: 65_536 }],
  ],
  [
    "Ollama",
    { models: [{ name: "llama3.3:latest", model: "llama3.3:latest", size: 1 }] },
    [{ id: "llama3.3:latest", name: "llama3.3:latest" }],
  ],
  [
    "LM Studio",
    { models: [{ key: "qwen3-vl", type: "vlm", max_context_length: 262_144, loaded_context_length: 4096 }] },
    [{ id: "qwen3-vl", input: ["text", "image"], contextWindow: 262_144, contextTokens: 4096 }],
  ],
  ["vLLM", { data: [{ id: "m", max_model_len: 32_768 }] }, [{ id: "m", contextWindow: 32_768 }]],
  ["nothing loaded", { object: "list", data: [] }, []],
  [
    "rows of which some are odd",
    { data: [null, 1, { id: "" }, { id: "x y" }, { id: "m" }, { id: "m" }] },
    [{ id: "m" }],
  ],
  ["sizes that are none", { data: [{ id: "m", context_length: -1, max_tokens: "9" }] }, [{ id: "m" }]],
  ["an error", { error: { message: "no" } }, undefined],
  ["a page", "<html>", undefined],
  ["nothing", null, undefined],
  ["other things", ["a"], undefined],
];

for (const [who, answer, models] of CASES) test(who, () => assert.deepEqual(parseModelList(answer), models));

test("bounded", () => {
  const data = Array.from({ length: MOST_MODELS + 10 }, (_, index) => ({ id: `m${index}` }));
  assert.equal(parseModelList({ data })?.length, MOST_MODELS);
  assert.deepEqual(parseModelList({ data: [{ id: "x".repeat(300) }] }), []);
});
