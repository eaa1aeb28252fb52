// The models that can be chosen, provider by provider: config, the agent's models.json, lists fetched earlier
// or found just now, and what is built in. Reads what it is asked for and nothing else.
import type { Config } from "../config/config.ts";
import type { Registry } from "../config/models-json.ts";
import { readRegistry, withRegistry } from "../config/models-json.ts";
import type { ModelFacts, ProviderModels } from "../core/catalog.ts";
import { joinCatalog } from "../core/catalog.ts";
import type { AgentId, ProviderId } from "../core/ids.ts";
import type { ModelRef } from "../core/model-ref.ts";
import { findProvider } from "../providers/all.ts";
import { builtInModels, catalogProviders } from "../providers/catalog.ts";
import type { Deps } from "./deps.ts";
import { fetchedProviders, readFetched } from "./fetched-models.ts";
import { listAddress } from "./model-question.ts";

export interface Catalog {
  /** as the agent sees it: addresses and keys of its models.json included */
  readonly config: Config;
  of(provider: ProviderId): ProviderModels;
  find(ref: ModelRef): ModelFacts | undefined;
  /** Everyone of whom models could be known: config order first, then by id. */
  providers(): ProviderId[];
  /** What a server answered just now; stands in for what was fetched earlier. */
  found(provider: ProviderId, models: readonly ModelFacts[]): void;
  /** one sentence for each source that was left out so far */
  readonly warnings: readonly string[];
}

export function openCatalog(deps: Pick<Deps, "config" | "paths">, agent: AgentId): Catalog {
  const written = deps.config();
  const registry = readRegistry(deps.paths(), agent, written);
  const config = withRegistry(written, registry);
  const warnings = [...registry.warnings];
  const kept = fetchedProviders(deps.paths());
  const answered = new Map<ProviderId, readonly ModelFacts[]>();
  const joined = new Map<ProviderId, ProviderModels>();

  const fetched = (provider: ProviderId): readonly ModelFacts[] | undefined => {
    const now = answered.get(provider);
    if (now || !kept.has(provider)) return now;
    const list = readFetched(deps.paths(), provider);
    if (list && "broken" in list) warnings.push(list.broken);
    if (!list || "broken" in list) return undefined;
    // The address may have changed since; another server's list is no list of this one.
    return list.url === listAddress(config, provider)?.url ? list.models : undefined;
  };
  const of = (provider: ProviderId): ProviderModels => {
    const known = joined.get(provider) ?? joinModels(config, registry, provider, fetched(provider));
    joined.set(provider, known);
    return known;
  };
  return {
    config,
    warnings,
    of,
    find: ({ provider, model }) => of(provider).models.get(model),
    providers: () => [
      ...new Set([
        ...config.providers.keys(),
        ...[...catalogProviders(), ...kept, ...answered.keys()].toSorted(),
      ]),
    ],
    found(provider, models) {
      answered.set(provider, models);
      joined.delete(provider);
    },
  };
}

function joinModels(
  config: Config,
  registry: Registry,
  provider: ProviderId,
  fetched: readonly ModelFacts[] | undefined,
): ProviderModels {
  const entry = config.providers.get(provider);
  return joinCatalog({
    kind: findProvider(provider)?.catalog ?? "runtime",
    replace: config.modelsMode === "replace",
    configured: entry?.models ?? [],
    defaults: defaultsOf(entry),
    registry: registry.providers.get(provider)?.models ?? [],
    fetched,
    builtIn: builtInFacts(provider),
  });
}

function defaultsOf(entry: Partial<ModelFacts> = {}) {
  const { contextWindow, contextTokens, maxTokens } = entry;
  return {
    ...(contextWindow === undefined ? {} : { contextWindow }),
    ...(contextTokens === undefined ? {} : { contextTokens }),
    ...(maxTokens === undefined ? {} : { maxTokens }),
  };
}

/** A size of 0 in the data means that nobody knows it. */
const builtInFacts = (provider: ProviderId): ModelFacts[] =>
  builtInModels(provider).map(({ id, name, input, contextWindow, maxTokens }) => ({
    id,
    name,
    input,
    ...(contextWindow > 0 ? { contextWindow } : {}),
    ...(maxTokens > 0 ? { maxTokens } : {}),
  }));
