// What a call cost, by the config's prices or the catalog's.
import type { Config } from "../config/config.ts";
import { isObject } from "../core/json.ts";
import type { ModelRef } from "../core/model-ref.ts";
import { formatModelRef } from "../core/model-ref.ts";
import type { ModelCost } from "../providers/catalog.ts";
import { builtInModels } from "../providers/catalog.ts";

/** The config's own price; what it does not name is free there. */
function writtenCost(cost: unknown): Pick<ModelCost, "input" | "output"> | undefined {
  if (!isObject(cost)) return undefined;
  const { input, output } = cost;
  if (typeof input !== "number" && typeof output !== "number") return undefined;
  return { input: priceIn(input), output: priceIn(output) };
}

const priceIn = (value: unknown): number => (typeof value === "number" && value >= 0 ? value : 0);

/**
 * Dollars for a million tokens of a model whose price nobody knows, where money has a limit: those of Claude Opus 4,
 * at the upper end of what people give to agents.
 */
export const ASSUMED_COST: Pick<ModelCost, "input" | "output"> = { input: 15, output: 75 };

type Tokens = { readonly inputTokens: number; readonly outputTokens: number };

/** Dollars for a million tokens: a thousand billionths for each. */
export const nanoDollarsAt = (
  cost: Pick<ModelCost, "input" | "output">,
  { inputTokens, outputTokens }: Tokens,
): number => Math.round((inputTokens * cost.input + outputTokens * cost.output) * 1000);

/** Models that are kept in mind. */
const MOST_KNOWN = 1000;

export class Prices {
  #config: Config | undefined;
  readonly #known = new Map<string, Pick<ModelCost, "input" | "output"> | undefined>();

  /** Billionths of a dollar; `undefined` where no price is known. Cached tokens cost as much as others here. */
  nanoDollars(config: Config, ref: ModelRef, tokens: Tokens): number | undefined {
    const cost = this.#costOf(config, ref);
    return cost && nanoDollarsAt(cost, tokens);
  }

  #costOf(config: Config, ref: ModelRef) {
    if (config !== this.#config || this.#known.size > MOST_KNOWN) this.#known.clear();
    this.#config = config;
    const name = formatModelRef(ref);
    if (this.#known.has(name)) return this.#known.get(name);
    const configured = config.providers.get(ref.provider)?.models.find(({ id }) => id === ref.model)?.cost;
    const cost =
      writtenCost(configured) ?? builtInModels(ref.provider).find(({ id }) => id === ref.model)?.cost;
    this.#known.set(name, cost);
    return cost;
  }
}
