// Models that are known without asking a provider. Data: `catalog.json`, made by `scripts/catalog.ts`; it is
// read when first asked for, since most commands never do.
import type { ProviderId } from "../core/ids.ts";

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

/** Models of a provider, by its id; empty when none are known. */
export async function catalogModels(provider: ProviderId): Promise<readonly CatalogModel[]> {
  const { default: data } = await import("./catalog.json", { with: { type: "json" } });
  const rows = Object.hasOwn(data, provider)
    ? (data as unknown as Record<string, CatalogRow[]>)[provider]!
    : [];
  return rows.map(modelOf);
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
