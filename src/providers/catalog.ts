// Models that are known without asking a provider. Data: `catalog.json`, made by `scripts/catalog.ts`; it is
// read when first asked for, since most commands never do.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { ProviderId } from "../core/ids.ts";
import { findProvider, PROVIDERS } from "./all.ts";

/** US dollars per million tokens. */
export interface ModelCost {
  readonly input: number;
  readonly output: number;
  readonly cacheRead: number;
  readonly cacheWrite: number;
}

export interface CatalogModel {
  readonly id: string;
  readonly name: string;
  readonly input: readonly ("text" | "image")[];
  readonly reasoning: boolean;
  /** tokens */
  readonly contextWindow: number;
  /** tokens of an answer */
  readonly maxTokens: number;
  readonly cost: ModelCost;
}

/** A model in the data file: id, name, sees images, reasons, context window, answer tokens, four costs. */
export type CatalogRow = readonly [
  id: string,
  name: string,
  image: number,
  reasoning: number,
  contextWindow: number,
  maxTokens: number,
  input: number,
  output: number,
  cacheRead: number,
  cacheWrite: number,
];

/** A file of its own, in src/ as in dist/: inside the bundle every command would carry it. */
const FILE = join(import.meta.dirname, "catalog.json");

let data: Readonly<Record<string, readonly CatalogRow[]>> | undefined;
const read = () => (data ??= JSON.parse(readFileSync(FILE, "utf8")) as NonNullable<typeof data>);

/** Providers of which models are known; sorted, those of plugins last. */
export const catalogProviders = (): ProviderId[] => [
  ...Object.keys(read()),
  ...PROVIDERS.filter(({ plugin }) => plugin?.models.length).map(({ id }) => id),
];

/** Models of a provider, by its id; empty when none are known. */
export function builtInModels(provider: ProviderId): CatalogModel[] {
  const ofPlugin = findProvider(provider)?.plugin?.models;
  if (ofPlugin) return [...ofPlugin];
  const known = read();
  return Object.hasOwn(known, provider) ? known[provider]!.map(modelOf) : [];
}

/** Tokens that fit into a model, when that is known. Cheap enough to be asked for each row of a list. */
export function listedWindow(provider: ProviderId, model: string): number | undefined {
  const ofPlugin = findProvider(provider)?.plugin?.models;
  if (ofPlugin) return ofPlugin.find(({ id }) => id === model)?.contextWindow;
  const known = read();
  const row = Object.hasOwn(known, provider) ? known[provider]!.find(([id]) => id === model) : undefined;
  return row?.[CONTEXT_WINDOW] || undefined;
}
const CONTEXT_WINDOW = 4;

/** As `builtInModels`, for whoever waits anyway. */
export async function catalogModels(provider: ProviderId): Promise<readonly CatalogModel[]> {
  return builtInModels(provider);
}

function modelOf(row: CatalogRow): CatalogModel {
  const [id, name, image, reasoning, contextWindow, maxTokens, input, output, cacheRead, cacheWrite] = row;
  return {
    id,
    name,
    input: image ? ["text", "image"] : ["text"],
    reasoning: reasoning === 1,
    contextWindow,
    maxTokens,
    cost: { input, output, cacheRead, cacheWrite },
  };
}
