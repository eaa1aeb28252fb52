import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { loadConfig } from "../config/load.ts";
import { resolvePaths } from "../config/paths.ts";
import { modelHint } from "./model-hint.ts";

const home = mkdtempSync(join(tmpdir(), "hint-"));
after(() => rmSync(home, { recursive: true }));

const configPath = join(home, "openclaw.json");
writeFileSync(
  configPath,
  JSON.stringify({
    models: { providers: { acme: { baseUrl: "http://127.0.0.1:9/v1", models: [{ id: "m1" }] } } },
  }),
);
const paths = resolvePaths({ OPENCLAW_STATE_DIR: home, OPENCLAW_CONFIG_PATH: configPath }, home);
const config = loadConfig({ configPath });
const hint = (ref: string) => modelHint({ paths: () => paths, config: () => config }, ref);

for (const ref of ["openai/gpt-5.5", "acme/m1", "ollama/anything", "lmstudio/anything"])
  test(`${ref}: nothing to say`, () => assert.equal(hint(ref), undefined));

for (const [ref, sentence] of [
  [
    "anthropic/claude-sonnet-46",
    /Did you mean anthropic\/claude-sonnet-4-6\? .*refresh --provider anthropic/,
  ],
  ["groq/something-quite-different", /not among the known models of groq. See/],
  ["acme/m2", /Did you mean acme\/m1\? .*list --provider acme/],
  ["antropic/x", /No provider "antropic" .* Did you mean anthropic\/x\? .*models\.providers\.antropic/],
  ["quite-another/x", /No provider "quite-another" is known here. Its address/],
] as const)
  test(`${ref}: ${sentence}`, () => assert.match(hint(ref) ?? "", sentence));
