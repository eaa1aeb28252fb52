import assert from "node:assert/strict";
import { test } from "node:test";
import { parseOpenRouterModels } from "./openrouter-models.ts";

const ROW = {
  id: "ven/alpha-7b:free",
  name: "Alpha 7B (free)",
  created: 1_700_000_000,
  context_length: 32_000,
  architecture: { modality: "text+image->text", input_modalities: ["text", "image"] },
  pricing: { prompt: "0", completion: "0", web_search: "0.5", image: "soon" },
  top_provider: { context_length: 30_000, max_completion_tokens: 4000 },
  supported_parameters: ["tools", "tool_choice", "temperature"],
};

const one = (more: object) => parseOpenRouterModels({ data: [{ ...ROW, ...more }] })?.[0];

test("a row of the catalog", () => {
  assert.deepEqual(one({}), {
    id: "ven/alpha-7b:free",
    name: "Alpha 7B (free)",
    provider: "openrouter",
    modelRef: "openrouter/ven/alpha-7b:free",
    contextLength: 32_000,
    maxCompletionTokens: 4000,
    supportedParametersCount: 3,
    supportsToolsMeta: true,
    supportsImagesMeta: true,
    modality: "text+image->text",
    inferredParamB: 7,
    createdAtMs: 1_700_000_000_000,
    pricing: { prompt: 0, completion: 0, webSearch: 0.5 },
    isFree: true,
    parameters: ["tools", "tool_choice", "temperature"],
  });
});

test("free: by its name, or because it costs nothing", () => {
  assert.equal(one({ id: "ven/alpha", pricing: { prompt: "0.1", completion: "0" } })?.isFree, false);
  assert.equal(one({ id: "ven/alpha", pricing: undefined })?.isFree, false);
  assert.equal(one({ id: "ven/alpha" })?.isFree, true);
  assert.equal(one({ id: "ven/alpha", pricing: { prompt: "-1", completion: "-1" } })?.isFree, false);
});

test("pictures that it makes are none that it takes", () => {
  const architecture = { modality: "text->image" };
  assert.equal(one({ architecture })?.supportsImagesMeta, false);
  assert.equal(one({ architecture: {}, modality: "text+image" })?.supportsImagesMeta, true);
});

test("rows of any other kind are left out, the others kept", () => {
  const odd = [
    null,
    1,
    "x",
    {},
    { id: 7 },
    { id: "" },
    { id: "no slash" },
    { id: "a/b c" },
    { id: "a/\u0007" },
    ROW,
    ROW,
  ];
  assert.deepEqual(
    parseOpenRouterModels({ data: odd })?.map(({ id }) => id),
    [ROW.id],
  );
  for (const answer of [null, [], "x", { data: {} }, { models: [] }])
    assert.equal(parseOpenRouterModels(answer), undefined);
  const bare = parseOpenRouterModels({ data: [{ id: "ven/x:free" }] })?.[0];
  assert.equal(bare?.name, "ven/x:free");
  assert.equal(bare?.parameters, undefined);
});
