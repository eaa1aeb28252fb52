import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { anthropicMessages } from "../../wire/anthropic-messages.ts";
import { openaiResponses } from "../../wire/openai-responses.ts";
import { thinkingRequest } from "./thinking-words.ts";

const gateway: any = {
  env: () => ({}),
  config: () => config,
};
const models = [
  { id: "dull", reasoning: false },
  { id: "bright", reasoning: true, maxTokens: 40_000 },
];
const config: any = {
  providers: new Map([["p", { baseUrl: "http://127.0.0.1:1", api: "openai-completions", models }]]),
};
const refs = models.map(({ id }) => ({ provider: "p", model: id }));
const said = { messages: [{ role: "user", content: "hi" }], max_tokens: 100, temperature: 0.2 };

function sent(wire: any, body: any, effort: any, model: string): any {
  const bytes = thinkingRequest(wire, body, effort).bodyFor(refs, gateway)(model);
  return JSON.parse(bytes.toString());
}

describe("a conversation's thinking level in a client's request", () => {
  test("is said in the protocol's words, to models that may reason, unless the client says one", () => {
    const responses = { input: "hi", reasoning: { summary: "auto" } };
    assert.deepEqual(sent(openaiResponses, responses, "high", "bright").reasoning, {
      summary: "auto",
      effort: "high",
    });
    assert.deepEqual(sent(openaiResponses, responses, "high", "dull").reasoning, { summary: "auto" });
    const own = { input: "hi", reasoning: { effort: "low" } };
    assert.deepEqual(sent(openaiResponses, own, "high", "bright").reasoning, { effort: "low" });
    assert.equal("reasoning" in sent(openaiResponses, { input: "hi" }, undefined, "bright"), false);
  });

  test("gives Claude a budget beside the room of the answer, and no sampling that it would refuse", () => {
    const { thinking, max_tokens: most, ...rest } = sent(anthropicMessages, said, "medium", "bright");
    assert.deepEqual([thinking, most], [{ type: "enabled", budget_tokens: 8192 }, 8292]);
    assert.equal("temperature" in rest, false);
    const dull = sent(anthropicMessages, said, "medium", "dull");
    assert.deepEqual([dull.thinking, dull.max_tokens, dull.temperature], [undefined, 100, 0.2]);
    const own = { ...said, thinking: { type: "disabled" } };
    assert.deepEqual(sent(anthropicMessages, own, "medium", "bright").thinking, { type: "disabled" });
    // As it is read for providers of another protocol.
    assert.deepEqual(thinkingRequest(anthropicMessages, said, "minimal").body["output_config"], {
      effort: "low",
    });
  });
});
