// What is known of a provider's models, joined from everything that knows of some. Pure.
// Rules: OpenClaw docs, "Custom providers" (merge precedence); requirements 002, `models list`.

/** Facts of one model; what nobody says is absent. */
export interface ModelFacts {
  readonly id: string;
  readonly name?: string;
  readonly input?: readonly string[];
  /** tokens that the model itself can take */
  readonly contextWindow?: number;
  /** cap that applies when it is called, tokens */
  readonly contextTokens?: number;
  /** tokens of an answer */
  readonly maxTokens?: number;
}

/** `models.providers.<id>.contextWindow` and the like: what holds for models that do not say otherwise. */
export type TokenDefaults = Pick<ModelFacts, "contextWindow" | "contextTokens" | "maxTokens">;

/** How far a built-in list can be trusted: for good, until one was fetched, or only in want of a fetched one. */
export type CatalogKind = "static" | "refreshable" | "runtime";

export interface CatalogSources {
  readonly kind: CatalogKind;
  /** `models.mode: "replace"`: the configured models are all there are. */
  readonly replace: boolean;
  readonly configured: readonly ModelFacts[];
  readonly defaults: TokenDefaults;
  /** as the provider itself answered; absent when it was never asked */
  readonly fetched?: readonly ModelFacts[] | undefined;
  /** the agent's models.json */
  readonly registry: readonly ModelFacts[];
  readonly builtIn: readonly ModelFacts[];
}

export interface ProviderModels {
  /** by id; configured ones first, then as the next source lists them */
  readonly models: ReadonlyMap<string, ModelFacts>;
  /** The list is the provider's own or the user's: what it leaves out does not exist. */
  readonly complete: boolean;
}

/** Each fact comes from the first source that has it: the model's entry, the provider's defaults, then the rest. */
export function joinCatalog(sources: CatalogSources): ProviderModels {
  const { kind, fetched, registry, builtIn, configured } = sources;
  if (sources.replace && configured.length > 0)
    return { models: joinLayers([configured], [], sources.defaults), complete: true };
  const asked = fetched !== undefined && kind !== "static";
  // What a provider no longer offers is gone; the built-in list still knows names and sizes.
  const onlyFacts = fetched !== undefined && kind === "runtime" ? [builtIn] : [];
  const lists = [configured, fetched ?? [], registry, ...(onlyFacts.length > 0 ? [] : [builtIn])];
  return {
    models: joinLayers(lists, onlyFacts, sources.defaults),
    complete: asked || (configured.length > 0 && builtIn.length === 0),
  };
}

function joinLayers(
  lists: readonly (readonly ModelFacts[])[],
  onlyFacts: readonly (readonly ModelFacts[])[],
  defaults: TokenDefaults,
): Map<string, ModelFacts> {
  const [configured = [], ...others] = lists;
  const own = new Set(configured);
  const joined = new Map<string, ModelFacts>();
  for (const model of lists.flat()) {
    const before = joined.get(model.id);
    const above = before ?? (own.has(model) ? undefined : { id: model.id, ...defaults });
    const merged = above ? { ...model, ...above } : { ...defaults, ...model };
    if (!before || others.length > 0) joined.set(model.id, merged);
  }
  for (const model of onlyFacts.flat()) {
    const listed = joined.get(model.id);
    if (listed) joined.set(model.id, { ...model, ...listed });
  }
  return joined;
}
