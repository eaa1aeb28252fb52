import assert from "node:assert/strict";
import { test } from "node:test";
import type { CatalogSources, ModelFacts } from "./catalog.ts";
import { joinCatalog } from "./catalog.ts";

const join = (sources: Partial<CatalogSources>) => {
  const { models, complete } = joinCatalog({
    kind: "static",
    replace: false,
    configured: [],
    defaults: {},
    registry: [],
    builtIn: [],
    ...sources,
  });
  return { models: [...models.values()], ids: [...models.keys()], complete };
};

const builtIn: ModelFacts[] = [
  { id: "a", name: "A", input: ["text", "image"], contextWindow: 400_000, maxTokens: 100 },
  { id: "b", name: "B", contextWindow: 100 },
];

test("a configured fact wins, what it leaves open comes from elsewhere", () => {
  const { models } = join({ configured: [{ id: "a", contextTokens: 272_000, maxTokens: 5 }], builtIn });
  assert.deepEqual(models[0], { ...builtIn[0], contextTokens: 272_000, maxTokens: 5 });
  assert.equal(models.length, 2);
});

test("the provider's defaults stand between a model's entry and every other source", () => {
  const { models } = join({
    configured: [{ id: "a" }, { id: "c", contextWindow: 7 }],
    defaults: { contextWindow: 50, contextTokens: 20 },
    builtIn,
  });
  assert.deepEqual(
    models.map(({ id, contextWindow, contextTokens }) => [id, contextWindow, contextTokens]),
    [
      ["a", 50, 20],
      ["c", 7, 20],
      ["b", 50, 20],
    ],
  );
});

test("replace: the configured models are all there are, and say all there is to know", () => {
  const configured = [{ id: "a" }];
  const { models, complete } = join({ replace: true, configured, fetched: builtIn, builtIn });
  assert.deepEqual([models, complete], [configured, true]);
  assert.equal(join({ replace: true, builtIn }).ids.length, 2);
});

const fetched: ModelFacts[] = [{ id: "b", contextWindow: 128 }, { id: "new" }];

for (const [kind, ids, complete] of [
  ["static", ["b", "new", "a"], false],
  ["refreshable", ["b", "new", "a"], true],
  ["runtime", ["b", "new"], true],
] as const)
  test(`${kind}: what a fetched list does to the built-in one`, () => {
    const answer = join({ kind, fetched, builtIn });
    assert.deepEqual([answer.ids, answer.complete], [ids, complete]);
    assert.deepEqual(answer.models[0], { id: "b", name: "B", contextWindow: 128 });
  });

test("nothing fetched: the built-in list stands in, and proves nothing", () => {
  const { ids, complete } = join({ kind: "runtime", builtIn });
  assert.deepEqual([ids, complete], [["a", "b"], false]);
});

test("models.json adds models; a list of one's own is complete", () => {
  const registry = [{ id: "x", contextWindow: 9 }];
  assert.deepEqual(join({ configured: [{ id: "m" }], registry }).ids, ["m", "x"]);
  assert.equal(join({ configured: [{ id: "m" }], registry }).complete, true);
  assert.equal(join({}).complete, false);
});
