// Embeddings: bytes through to providers of the same protocol, with the rotation that chats have.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import OpenAI from "openai";
import { reply } from "../fakes/upstream-actions.ts";
import type { TestGateway } from "../support/gateway.ts";
import { startTestGateway, TOKEN } from "../support/gateway.ts";

const ANSWER = {
  object: "list",
  data: [{ object: "embedding", index: 0, embedding: "AACAPwAAAEA=" }],
  model: "embed-1",
  usage: { prompt_tokens: 4, total_tokens: 4 },
};
const LIMITED = { status: 429, headers: { "retry-after": "60" }, body: { error: { message: "Rate limit" } } };

describe("POST /v1/embeddings", () => {
  let gateway: TestGateway;
  before(async () => {
    gateway = await startTestGateway({
      providers: {
        p: { keys: ["a", "b"], models: ["embed-1"] },
        other: { api: "anthropic-messages", keys: ["a"] },
      },
      order: { p: ["p:a", "p:b"] },
      access: { gateway: { maxWaitMs: 0 } },
      config: {
        agents: {
          defaults: { model: { primary: "p/embed-1" } },
          list: [
            { id: "main", default: true },
            { id: "memo", memorySearch: { provider: "p", model: "embed-1" } },
            { id: "odd", memorySearch: { provider: "nobody", model: "embed-1" } },
          ],
        },
      },
      script: (call) => reply(call.key.endsWith("-a") ? LIMITED : { body: ANSWER }),
    });
  });
  after(() => gateway.stop());

  const post = (body: object, headers = {}) => gateway.post("/v1/embeddings", body, headers);

  test("the official client gets its vectors from the next account", async () => {
    const client = new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: TOKEN, maxRetries: 0 });
    const { data, usage } = await client.embeddings.create({ model: "p/embed-1", input: ["Hello"] });
    assert.deepEqual(data[0]!.embedding, [1, 2]);
    assert.equal(usage.prompt_tokens, 4);
    assert.deepEqual(gateway.tried(), ["p.a", "p.b"]);
    const sent = gateway.upstream.calls.at(-1)!;
    assert.equal(sent.path, "/p/v1/embeddings");
    assert.deepEqual(sent.body.json, { model: "embed-1", input: ["Hello"], encoding_format: "base64" });
  });

  test("its tokens are in the receipt, and its answer comes as it was", async () => {
    const answer = await post({ model: "p/embed-1", input: "Hello" });
    assert.equal(await answer.text(), JSON.stringify(ANSWER));
    assert.equal((await gateway.receipt(answer)).outcome, "ok");
  });

  test("an agent names no model for them; its header may", async () => {
    const refused = await post({ model: "openclaw", input: "Hello" });
    assert.equal(refused.status, 400);
    assert.match(await refused.text(), /An agent has no model for embeddings/);
    const named = await post({ model: "openclaw", input: "Hello" }, { "x-openclaw-model": "p/embed-1" });
    assert.equal(named.status, 200);
  });

  test("an agent whose memory has a model uses that", async () => {
    const answer = await post({ model: "openclaw/memo", input: "Hello" });
    assert.equal(answer.status, 200);
    assert.deepEqual(gateway.upstream.calls.at(-1)!.body.json, { model: "embed-1", input: "Hello" });
    const unusable = await post({ model: "openclaw/odd", input: "Hello" });
    assert.equal(unusable.status, 400);
    assert.match(await unusable.text(), /nobody/);
  });

  test("a provider of another protocol has none", async () => {
    const answer = await post({ model: "other/m1", input: "Hello" });
    assert.equal(answer.status, 400);
    assert.match(await answer.text(), /speaks anthropic-messages/);
  });
});
