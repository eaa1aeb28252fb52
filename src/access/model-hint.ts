// A word about a model that nobody knows: it may be new, it may be a slip of the hand.
import type { ProviderModels } from "../core/catalog.ts";
import type { ProviderId } from "../core/ids.ts";
import type { ModelRef } from "../core/model-ref.ts";
import { formatModelRef, splitModelRef } from "../core/model-ref.ts";
import { nearest } from "../core/nearest.ts";
import { findProvider, PROVIDERS } from "../providers/all.ts";
import type { Catalog } from "./catalog.ts";
import { openCatalog } from "./catalog.ts";
import type { Deps } from "./deps.ts";
import { defaultAgent } from "./read-view.ts";

/** One sentence when `provider/model` is unknown, with what may have been meant. Asks nobody. */
export function modelHint(deps: Pick<Deps, "config" | "paths">, text: string): string | undefined {
  const ref = splitModelRef(text);
  if (!ref) return undefined;
  const catalog = openCatalog(deps, defaultAgent(deps.config()));
  const known = catalog.of(ref.provider);
  if (known.models.has(ref.model)) return undefined;
  if (known.models.size > 0) return modelSentence(ref, known);
  return isKnown(catalog, ref.provider) ? undefined : providerSentence(catalog, ref);
}

const isKnown = ({ config }: Catalog, provider: ProviderId): boolean =>
  config.providers.has(provider) || findProvider(provider) !== undefined;

function modelSentence(ref: ModelRef, { models, complete }: ProviderModels): string {
  const guess = nearest(ref.model, [...models.keys()]);
  const meant =
    guess === undefined ? "" : ` Did you mean ${formatModelRef({ provider: ref.provider, model: guess })}?`;
  const next = complete ? "list" : "refresh";
  return `${formatModelRef(ref)} is not among the known models of ${ref.provider}.${meant} See: openclaw models ${next} --provider ${ref.provider}`;
}

function providerSentence(catalog: Catalog, { provider, model }: ModelRef): string {
  const guess = nearest(provider, [...catalog.config.providers.keys(), ...PROVIDERS.map(({ id }) => id)]);
  const meant = guess === undefined ? "" : ` Did you mean ${formatModelRef({ provider: guess, model })}?`;
  return `No provider "${provider}" is known here.${meant} Its address belongs into models.providers.${provider}.`;
}
