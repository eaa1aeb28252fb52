import assert from "node:assert/strict";
import { test } from "node:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { formatModelRef } from "../core/model-ref.ts";
import { loadConfig } from "./load.ts";
import { defaultModelOf, modelNamesOf } from "./model-names.ts";

function load(document: object) {
  const dir = mkdtempSync(join(tmpdir(), "config-names-"));
  const configPath = join(dir, "openclaw.json");
  try {
    writeFileSync(configPath, JSON.stringify(document));
    return loadConfig({ configPath });
  } finally {
    rmSync(dir, { recursive: true });
  }
}

const models = {
  providers: {
    acme: { baseUrl: "http://127.0.0.1:9/v1", models: [{ id: "m1" }] },
    beta: { models: [{ id: "uniq-b" }, { id: "m1" }] },
  },
};
const defaults = (value: object) => ({ agents: { defaults: value } });

test("the default model", () => {
  const cases: [document: object, ref: string, provider: string][] = [
    [{}, "openai/gpt-5.5", "openai"],
    [{ models }, "acme/m1", "acme"],
    [defaults({ model: "Mistral/Large" }), "mistral/Large", "mistral"],
    [defaults({ model: { primary: "a/b" } }), "a/b", "a"],
    [{ ...defaults({ model: "uniq-b" }), models }, "beta/uniq-b", "beta"],
    [
      { ...defaults({ model: "Bee", models: { "beta/uniq-b": { alias: "bee" } } }), models },
      "beta/uniq-b",
      "beta",
    ],
    [{ ...defaults({ model: "m1" }), models }, "openai/m1", "openai"],
    [{ ...defaults({ model: "acme/gone" }), models }, "acme/m1", "acme"],
  ];
  for (const [document, ref, provider] of cases) {
    const config = load(document);
    assert.equal(formatModelRef(defaultModelOf(config).resolved.ref), ref, JSON.stringify(document));
    assert.equal(modelNamesOf(config).defaultProvider, provider, JSON.stringify(document));
  }
  assert.throws(() => defaultModelOf(load(defaults({ model: "/m" }))), { code: "config_invalid" });
});

test("a built-in provider offers more than the config says about it, unless the config replaces its list", () => {
  const providers = { openai: { models: [{ id: "gpt-5.5", contextTokens: 1000 }] } };
  for (const [mode, ref] of [
    ["merge", "openai/gpt-5.6"],
    ["replace", "openai/gpt-5.5"],
  ] as const) {
    const config = load({ ...defaults({ model: "openai/gpt-5.6" }), models: { mode, providers } });
    assert.equal(formatModelRef(defaultModelOf(config).resolved.ref), ref);
  }
});

test("an agent's model and fallbacks", () => {
  const base = {
    model: { primary: "a/b", fallbacks: ["c/d", "fast"] },
    models: { "e/f": { alias: "Fast" } },
  };
  const cases: [model: unknown, text: string, fallbacks: string[], strict: boolean][] = [
    [undefined, "a/b", ["c/d", "e/f"], false],
    ["x/y", "x/y", [], true],
    [{ primary: "x/y" }, "x/y", [], true],
    [{ primary: "x/y", fallbacks: [] }, "x/y", [], false],
    [{ primary: "x/y", fallbacks: ["fast"] }, "x/y", ["e/f"], false],
    [{ fallbacks: ["x/y"] }, "a/b", ["x/y"], false],
    [{}, "a/b", ["c/d", "e/f"], false],
    [" ", "a/b", ["c/d", "e/f"], false],
  ];
  for (const [model, text, fallbacks, strict] of cases) {
    const config = load({ agents: { defaults: base, list: [{ id: "main" }, { id: "work", model }] } });
    const found = defaultModelOf(config, "work");
    assert.deepEqual(
      [found.text, found.fallbacks.map(formatModelRef), found.strict, found.warnings],
      [text, fallbacks, strict, []],
      JSON.stringify(model),
    );
  }
});

test("one bad fallback is left out with a warning; an unknown agent is an error", () => {
  const config = load(defaults({ model: { primary: "a/b", fallbacks: ["c/", "c/d"] } }));
  const { fallbacks, warnings } = defaultModelOf(config);
  assert.deepEqual(fallbacks.map(formatModelRef), ["c/d"]);
  assert.equal(warnings.length, 1);
  assert.throws(() => defaultModelOf(config, "ghost"), { code: "unknown_agent" });
});

test("of two models with one alias the first has it", () => {
  const { aliases } = modelNamesOf(
    load(defaults({ models: { "a/b": { alias: "x" }, "c/d": { alias: "x" } } })),
  );
  assert.deepEqual([...aliases], [["x", "a/b"]]);
});
