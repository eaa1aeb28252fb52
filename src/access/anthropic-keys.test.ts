import assert from "node:assert/strict";
import { test } from "node:test";
import { anthropicKind, apiKeyNote } from "./anthropic-keys.ts";

test("what Anthropic gave out is known by its prefix", () => {
  assert.match(anthropicKind("sk-ant-api03-fake")!, /API key/);
  assert.match(anthropicKind("sk-ant-oat01-fake")!, /setup token/);
  assert.match(anthropicKind("sk-ant-ort01-fake")!, /refresh token/);
  assert.match(anthropicKind("sk-ant-admin01-fake")!, /Admin/);
  assert.equal(anthropicKind("sk-fake"), undefined);
});

test("only another thing than an API key of Anthropic gets a word", () => {
  assert.equal(apiKeyNote("anthropic", "sk-ant-api03-fake"), undefined);
  assert.equal(apiKeyNote("anthropic", "key-of-a-proxy"), undefined);
  assert.equal(apiKeyNote("openrouter", "sk-ant-oat01-fake"), undefined);
  assert.match(apiKeyNote("anthropic", "sk-ant-oat01-fake")!, /setup token.*paste-token/);
  assert.match(apiKeyNote("anthropic", "sk-ant-ort01-fake")!, /refresh token/);
  assert.ok(!apiKeyNote("anthropic", "sk-ant-ort01-fake")!.includes("fake"));
});
