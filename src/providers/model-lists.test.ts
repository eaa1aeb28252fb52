import assert from "node:assert/strict";
import { test } from "node:test";
import { findProvider, PROVIDERS } from "./all.ts";
import { LOCAL_SERVERS, modelListAddress } from "./model-lists.ts";

const own = (id: string) => {
  const { api, baseUrl } = findProvider(id)!;
  return modelListAddress({ id, api, baseUrl: baseUrl!, elsewhere: false });
};

for (const [id, url, open] of [
  ["openai", "https://api.openai.com/v1/models", false],
  ["anthropic", "https://api.anthropic.com/v1/models?limit=1000", false],
  ["google", "https://generativelanguage.googleapis.com/v1beta/models?pageSize=1000", false],
  ["openrouter", "https://openrouter.ai/api/v1/models", true],
  ["vercel-ai-gateway", "https://ai-gateway.vercel.sh/v1/models?limit=1000", true],
  ["ollama", "http://127.0.0.1:11434/api/tags", false],
  ["lmstudio", "http://localhost:1234/v1/models", false],
  ["synthetic", "https://api.synthetic.new/openai/v1/models", false],
] as const)
  test(`${id} is asked at ${url}`, () => assert.deepEqual(own(id), { url, open }));

test("no list, no address", () => {
  assert.equal(own("zai"), undefined);
  assert.equal(
    modelListAddress({ id: "x", api: "bedrock-converse-stream", baseUrl: "https://x", elsewhere: true }),
    undefined,
  );
});

test("an address from the config is asked the way of its wire, with the credential", () => {
  const question = { id: "nvidia", api: "openai-completions", baseUrl: "http://127.0.0.1:9/v1" };
  assert.deepEqual(modelListAddress({ ...question, elsewhere: true }), {
    url: "http://127.0.0.1:9/v1/models",
    open: false,
  });
});

test("local servers are built in", () => {
  const ids = PROVIDERS.map(({ id }) => id);
  assert.ok(LOCAL_SERVERS.every((id) => ids.includes(id)));
});
