import assert from "node:assert/strict";
import { test } from "node:test";
import { PROVIDERS } from "./all.ts";
import { catalogModels } from "./catalog.ts";

test("a known provider's models come whole", async () => {
  const models = await catalogModels("anthropic");
  const haiku = models.find((model) => model.id === "claude-haiku-4-5");
  assert.deepEqual(haiku?.input, ["text", "image"]);
  assert.ok(haiku.contextWindow >= 200_000 && haiku.maxTokens > 0 && haiku.cost.output > haiku.cost.input);
});

test("nobody's models are an empty list", async () => {
  assert.deepEqual(await catalogModels("nobody"), []);
  assert.deepEqual(await catalogModels("toString"), []);
});

test("ids are unique within a provider, numbers are usable", async () => {
  const lists = await Promise.all(PROVIDERS.map(({ id }) => catalogModels(id)));
  for (const models of lists) {
    assert.equal(new Set(models.map((model) => model.id)).size, models.length);
    for (const { id, contextWindow, cost } of models)
      assert.ok(contextWindow >= 0 && Object.values(cost).every((usd) => usd >= 0), id);
  }
  assert.ok(lists.flat().length > 1_000);
});
