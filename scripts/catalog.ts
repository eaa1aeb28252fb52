// Makes `src/providers/catalog.json` from the model lists of @earendil-works/pi-ai 0.87.1, unpacked anywhere:
// `node scripts/catalog.ts <folder of the package>`. Newer versions do not install (missing siblings).
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import * as v from "valibot";
import type { CatalogRow } from "../src/providers/catalog.ts";
import { findProvider } from "../src/providers/all.ts";

const VERSION = "0.87.1";
const TARGET = new URL("../src/providers/catalog.json", import.meta.url);

const Package = v.object({ version: v.literal(VERSION) });
const Model = v.object({
  id: v.string(),
  name: v.string(),
  reasoning: v.boolean(),
  input: v.array(v.string()),
  contextWindow: v.number(),
  maxTokens: v.number(),
  cost: v.object({ input: v.number(), output: v.number(), cacheRead: v.number(), cacheWrite: v.number() }),
});
/** wire → model id → model */
const ModelFile = v.record(v.string(), v.record(v.string(), Model));

const rowOf = (model: v.InferOutput<typeof Model>): CatalogRow => [
  model.id,
  model.name,
  model.input.includes("image") ? 1 : 0,
  model.reasoning ? 1 : 0,
  model.contextWindow,
  model.maxTokens,
  usd(model.cost.input),
  usd(model.cost.output),
  usd(model.cost.cacheRead),
  usd(model.cost.cacheWrite),
];

/** A router's price depends on where it sends the call; the source marks that with a negative number. */
const usd = (price: number): number => Math.max(0, price);

/** Lists under our ids. Variants that are aliases here (`minimax-cn`) only add what the first one lacks. */
function collect(folder: string): Map<string, Map<string, CatalogRow>> {
  const names = readdirSync(folder)
    .filter((name) => name.endsWith(".json"))
    .map((name) => name.slice(0, -".json".length));
  const exactFirst = names.toSorted((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
  const catalog = new Map<string, Map<string, CatalogRow>>();
  for (const name of exactFirst) {
    const id = findProvider(name)?.id;
    if (id === undefined) continue;
    const rows = catalog.get(id) ?? new Map<string, CatalogRow>();
    const byWire = v.parse(ModelFile, JSON.parse(readFileSync(join(folder, `${name}.json`), "utf8")));
    for (const model of Object.values(byWire).flatMap((models) => Object.values(models)))
      if (!rows.has(model.id)) rows.set(model.id, rowOf(model));
    catalog.set(id, rows);
  }
  return catalog;
}

const rank = (name: string): number => (findProvider(name)?.id === name ? 0 : 1);

function main([folder]: readonly string[]): void {
  if (folder === undefined) throw new Error("Name the folder of the unpacked package.");
  v.parse(Package, JSON.parse(readFileSync(join(folder, "package.json"), "utf8")));
  const catalog = collect(join(folder, "dist", "providers", "data"));
  const lines = [...catalog]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([id, rows]) => `${JSON.stringify(id)}: ${listOf([...rows.values()])}`);
  writeFileSync(TARGET, `{\n${lines.join(",\n")}\n}\n`);
}

const listOf = (rows: readonly CatalogRow[]): string =>
  `[\n${rows.map((row) => JSON.stringify(row)).join(",\n")}\n]`;

main(process.argv.slice(2));
