import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { ScanModel, ScanProbe, ScanRow } from "./scan.ts";
import { compareScanRows, inferredParams, scanCandidates, selectModels } from "./scan.ts";

const NOW = 1_700_000_000_000;
const DAY = 24 * 60 * 60_000;

const model = (id: string, more: Partial<ScanModel> = {}): ScanModel => ({
  id,
  name: id,
  provider: "openrouter",
  modelRef: `openrouter/${id}`,
  contextLength: 8000,
  maxCompletionTokens: null,
  supportedParametersCount: 1,
  supportsToolsMeta: true,
  supportsImagesMeta: false,
  modality: null,
  inferredParamB: null,
  createdAtMs: null,
  pricing: null,
  isFree: true,
  ...more,
});

const OK: ScanProbe = { ok: true, latencyMs: 100 };
const FAILED: ScanProbe = { ok: false, latencyMs: 5 };
const SKIPPED: ScanProbe = { ok: false, latencyMs: null, skipped: true };
const row = (id: string, more: Partial<ScanRow> = {}): ScanRow => ({
  ...model(id),
  tool: OK,
  image: SKIPPED,
  ...more,
});

const probe: fc.Arbitrary<ScanProbe> = fc.oneof(
  fc.record({ ok: fc.constant(true), latencyMs: fc.integer({ min: 0, max: 50 }) }),
  fc.record({ ok: fc.constant(false), latencyMs: fc.integer({ min: 0, max: 50 }) }),
  fc.constant(SKIPPED),
);
const anyRow: fc.Arbitrary<ScanRow> = fc
  .record({
    id: fc.string({ minLength: 1, maxLength: 3 }),
    contextLength: fc.option(fc.integer({ min: 1, max: 4 })),
    inferredParamB: fc.option(fc.integer({ min: 1, max: 4 })),
    supportsToolsMeta: fc.boolean(),
    supportsImagesMeta: fc.boolean(),
    tool: probe,
    image: probe,
  })
  .map(({ id, ...more }) => row(id, more));
const rows = fc.uniqueArray(anyRow, { selector: ({ id }) => id, maxLength: 12 });

test("the ranking does not depend on the order of the catalog", () => {
  const shuffled = rows.chain((list) =>
    fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })),
  );
  fc.assert(
    fc.property(shuffled, ([list, other]) => {
      assert.deepEqual(list.toSorted(compareScanRows), other.toSorted(compareScanRows));
    }),
  );
});

test("whatever gets better never falls behind", () => {
  const better: ((row: ScanRow) => ScanRow)[] = [
    (worse) => ({ ...worse, tool: { ok: true, latencyMs: worse.tool.latencyMs ?? 1 } }),
    (worse) => ({ ...worse, image: { ok: true, latencyMs: 1 } }),
    (worse) => ({ ...worse, tool: { ...worse.tool, latencyMs: 0 } }),
    (worse) => ({ ...worse, contextLength: (worse.contextLength ?? 0) + 1 }),
    (worse) => ({ ...worse, inferredParamB: (worse.inferredParamB ?? 0) + 1 }),
  ];
  fc.assert(
    fc.property(rows, anyRow, fc.constantFrom(...better), (others, one, improve) => {
      const behind = (candidate: ScanRow) =>
        others.filter((other) => other.id !== one.id && compareScanRows(other, candidate) > 0).length;
      assert.ok(behind(improve(one)) >= behind(one));
    }),
  );
});

test("only what works is selected, the best of it, and no more than asked for", () => {
  fc.assert(
    fc.property(rows, fc.integer({ min: 1, max: 5 }), (list, most) => {
      const { selected, selectedImages } = selectModels(list, most);
      const byRef = new Map(list.map((entry) => [entry.modelRef, entry]));
      assert.ok(selected.length <= most && selectedImages.length <= most);
      assert.ok(selected.every((ref) => byRef.get(ref)?.tool.ok));
      assert.ok(selectedImages.every((ref) => byRef.get(ref)?.image.ok));
      const worst = selected.length > 0 ? byRef.get(selected.at(-1)!) : undefined;
      const left = list.filter((entry) => entry.tool.ok && !selected.includes(entry.modelRef));
      assert.ok(left.every((entry) => selected.length === most && compareScanRows(worst!, entry) < 0));
    }),
  );
});

test("tools before images before latency before context before size", () => {
  const best = [
    row("everything", { image: OK }),
    row("fast", { tool: { ok: true, latencyMs: 1 } }),
    row("wide", { contextLength: 9000 }),
    row("large", { inferredParamB: 70 }),
    row("plain"),
    row("image-only", { tool: FAILED, image: OK }),
    row("nothing", { tool: FAILED }),
  ];
  assert.deepEqual(
    best
      .toReversed()
      .toSorted(compareScanRows)
      .map(({ id }) => id),
    best.map(({ id }) => id),
  );
});

test("untried models rank by what the catalog says, and are not selected", () => {
  const untried = [
    row("a", { tool: SKIPPED, supportsToolsMeta: false }),
    row("b", { tool: SKIPPED }),
    row("c", { tool: SKIPPED, supportsImagesMeta: true }),
  ];
  assert.deepEqual(
    untried.toSorted(compareScanRows).map(({ id }) => id),
    ["c", "b", "a"],
  );
  assert.deepEqual(selectModels(untried, 6), { selected: [], selectedImages: [] });
});

test("filters: free, vendor, size, age; what is not known satisfies no limit", () => {
  const models = [
    model("ven/small:free", { inferredParamB: 7, createdAtMs: NOW - DAY }),
    model("Ven/large:free", { inferredParamB: 70, createdAtMs: NOW - 100 * DAY }),
    model("other/unknown:free"),
    model("ven/paid", { isFree: false, inferredParamB: 700, createdAtMs: NOW }),
  ];
  const ids = (filter: Parameters<typeof scanCandidates>[1]) =>
    scanCandidates(models, filter, NOW).map(({ id }) => id);
  assert.deepEqual(ids({}), ["ven/small:free", "Ven/large:free", "other/unknown:free"]);
  assert.deepEqual(ids({ provider: "VEN" }), ["ven/small:free", "Ven/large:free"]);
  assert.deepEqual(ids({ provider: "ve" }), []);
  assert.deepEqual(ids({ minParams: 7 }), ["ven/small:free", "Ven/large:free"]);
  assert.deepEqual(ids({ minParams: 0 }).length, 3);
  assert.deepEqual(ids({ maxAgeDays: 1 }), ["ven/small:free"]);
  assert.deepEqual(ids({ maxAgeDays: 0 }), []);
});

test("parameters in a name", () => {
  const sizes: [string, number | null][] = [
    ["ven/alpha-7b:free", 7],
    ["ven/Beta-70B-instruct", 70],
    ["ven/gamma-8x22b:free", 176],
    ["ven/delta-235b-a22b:free", 235],
    ["ven/gemma-3n-e4b-it:free", null],
    ["ven/phi-1.5b", 1.5],
    ["ven/b2b-model", null],
    ["ven/model", null],
    ["ven/zero-0b", null],
  ];
  for (const [text, size] of sizes) assert.equal(inferredParams(text), size, text);
});
