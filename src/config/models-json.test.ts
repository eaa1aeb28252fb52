import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, test } from "node:test";
import { loadConfig } from "./load.ts";
import { readRegistry, withRegistry } from "./models-json.ts";
import { resolvePaths } from "./paths.ts";

const home = mkdtempSync(join(tmpdir(), "models-json-"));
after(() => rmSync(home, { recursive: true }));
const paths = resolvePaths({}, home);

function joined(models: object, registry: unknown) {
  const file = join(paths.agentDir("main"), "models.json");
  mkdirSync(dirname(file), { recursive: true });
  mkdirSync(dirname(paths.configPath), { recursive: true });
  writeFileSync(paths.configPath, JSON.stringify({ models, logging: 7 }));
  writeFileSync(file, typeof registry === "string" ? registry : JSON.stringify(registry));
  const config = loadConfig(paths);
  return withRegistry(config, readRegistry(paths, "main", config));
}

const own = { baseUrl: "http://own/v1", api: "openai-completions", apiKey: "sk-own" };
const acme = (entry: object, models: object = { providers: { acme: own } }) =>
  joined(models, { providers: { acme: entry } }).providers.get("acme");

test("its address and key win", () => {
  const { baseUrl, apiKey, api } = acme({ baseUrl: "http://its/v1", apiKey: "sk-its", api: "ollama" })!;
  assert.deepEqual([baseUrl, apiKey, api], ["http://its/v1", "sk-its", "openai-completions"]);
});

test("what is empty or a placeholder does not", () => {
  const { baseUrl, apiKey } = acme({ baseUrl: " ", apiKey: "secretref-managed" })!;
  assert.deepEqual([baseUrl, apiKey], [own.baseUrl, own.apiKey]);
});

for (const ref of ["${ACME_KEY}", { source: "env", provider: "default", id: "ACME_KEY" }])
  test(`nor does a key over a reference: ${JSON.stringify(ref)}`, () => {
    const entry = acme({ apiKey: "sk-stale" }, { providers: { acme: { ...own, apiKey: ref } } });
    assert.deepEqual(entry?.apiKey, ref);
  });

test("replace leaves it out", () => {
  assert.equal(acme({ apiKey: "sk-its" }, { mode: "replace", providers: { acme: own } })?.apiKey, "sk-own");
});

test("a provider that only it knows; sections that nobody reads stay unread", () => {
  const config = joined({}, { providers: { zeta: { baseUrl: "http://z/v1", models: [{ id: "z" }] } } });
  assert.equal(config.providers.get("zeta")?.baseUrl, "http://z/v1");
  assert.throws(() => config.logFile, { code: "config_invalid" });
});

for (const [name, text, providers] of [
  ["garbage", "[", 0],
  ["a list", '{"providers": []}', 0],
  ["one broken provider", '{"providers": {"a": {"baseUrl": 7}, "b": {"baseUrl": "http://b"}}}', 1],
] as const)
  test(`${name}: a warning that names the file, and the rest`, () => {
    const config = joined({}, text);
    assert.equal(config.providers.size, providers);
    assert.equal(config.warnings.filter((warning) => warning.includes("models.json")).length, 1);
  });
