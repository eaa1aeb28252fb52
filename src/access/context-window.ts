// How many tokens fit into a model.
import type { Config } from "../config/config.ts";
import type { ModelRef } from "../core/model-ref.ts";
import { listedWindow } from "../providers/catalog.ts";

/** What fits into a model, as far as the settings or the catalog say it. */
export function windowOf({ providers }: Config, { provider, model }: ModelRef): number | undefined {
  const own = providers.get(provider)?.models.find(({ id }) => id === model)?.contextWindow;
  return own ?? listedWindow(provider, model);
}
