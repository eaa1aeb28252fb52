// `models list`: the models that are chosen, then those that could be (fidelity spec §6.5; requirements 002).
import type { Config } from "../config/config.ts";
import { defaultModelOf, modelNamesOf } from "../config/model-names.ts";
import type { AgentId, ProviderId } from "../core/ids.ts";
import type { ModelRef } from "../core/model-ref.ts";
import { formatModelRef, resolveModelRef } from "../core/model-ref.ts";
import { findProvider, PROVIDERS } from "../providers/all.ts";
import { environmentMarker } from "../providers/env-keys.ts";
import type { Catalog } from "./catalog.ts";
import { openCatalog } from "./catalog.ts";
import type { Deps } from "./deps.ts";
import type { Asker } from "./model-question.ts";
import { routeTo } from "./provider-route.ts";
import type { Depth } from "../store/store.ts";
import type { ReadView } from "./read-view.ts";
import { defaultAgent, readView } from "./read-view.ts";
import { usableWithoutBars } from "./status-health.ts";

export interface ModelRow {
  /** `provider/model` */
  readonly key: string;
  readonly name: string;
  readonly input: "text" | "text+image";
  /** tokens; null when nobody knows */
  readonly contextWindow: number | null;
  /** cap that applies now, where it differs */
  readonly contextTokens?: number;
  /** served from this machine or network */
  readonly local: boolean;
  /** its provider has a credential, or wants none */
  readonly available: boolean;
  readonly tags: readonly string[];
  /** Its provider's list is known, and this model is not in it. */
  readonly missing: boolean;
}

export interface ModelListReport {
  readonly count: number;
  readonly models: readonly ModelRow[];
  readonly warnings?: readonly string[];
}

export interface ModelListRequest {
  readonly provider?: ProviderId | undefined;
  readonly localOnly: boolean;
  /** also models that no credential reaches */
  readonly all: boolean;
  /** Told which local servers are being asked, when some are. */
  readonly onSearch?: (providers: readonly ProviderId[]) => void;
}

/** @throws AccessError `config_invalid` */
export async function listModels(deps: Deps, request: ModelListRequest): Promise<ModelListReport> {
  const { catalog, asker, warnings } = await openForAgent(
    deps,
    defaultAgent(deps.config()),
    readView,
    asksNobody(request) ? "facts" : undefined,
  );
  const chosen = chosenModels(catalog.config);
  warnings.push(...(await discoverLocal(catalog, asker, chosen, request)));
  const facts = rowFacts(catalog, asker);
  const rows = [...chosen.values(), ...offeredModels(catalog, asker, chosen, request)]
    .filter(({ ref }) => request.provider === undefined || ref.provider === request.provider)
    .filter(({ ref }) => !request.localOnly || facts.isLocal(ref.provider))
    .map((tagged) => modelRow(tagged, catalog, facts));
  const all = [...warnings, ...catalog.warnings];
  return { count: rows.length, models: rows, ...(all.length > 0 ? { warnings: all } : {}) };
}

/**
 * The catalog of an agent, and the credentials to ask with.
 *
 * @param read as `readView`
 */
export async function openForAgent(
  deps: Deps,
  agent: AgentId,
  read: (deps: Deps, agent: AgentId, depth?: Depth) => Promise<ReadView> = readView,
  depth?: Depth,
) {
  const catalog = openCatalog(deps, agent);
  const view = await read({ ...deps, config: () => catalog.config }, agent, depth);
  const asker: Asker = { config: catalog.config, env: deps.env(), view, usable: usableWithoutBars(view) };
  return { catalog, asker, warnings: [...view.unreadable, ...view.warnings] };
}

/** The default view waits for nobody. */
const asksNobody = ({ all, localOnly, provider }: ModelListRequest): boolean =>
  !all && !localOnly && provider === undefined;

async function discoverLocal(
  catalog: Catalog,
  asker: Asker,
  chosen: ReadonlyMap<string, Tagged>,
  request: ModelListRequest,
): Promise<string[]> {
  if (asksNobody(request)) return [];
  const { localOnly, provider, onSearch } = request;
  const { discover, localServers } = await import("./model-discovery.ts");
  const inUse = new Set([...chosen.values()].map(({ ref }) => ref.provider));
  const servers = localServers(catalog, asker, { inUse, everywhere: localOnly, provider });
  if (servers.length === 0) return [];
  onSearch?.(servers.map((server) => server.provider));
  return await discover(catalog, asker, servers);
}

interface Tagged {
  readonly ref: ModelRef;
  readonly tags: readonly string[];
}

/** Default, fallbacks, image models, configured ones. */
function chosenModels(config: Config): Map<string, Tagged> {
  const chosen = new Map<string, Tagged>();
  const tag = (ref: ModelRef | undefined, ...tags: string[]) => {
    if (!ref) return;
    const key = formatModelRef(ref);
    chosen.set(key, { ref, tags: [...new Set([...(chosen.get(key)?.tags ?? []), ...tags])] });
  };
  const names = modelNamesOf(config);
  const read = (text: string): ModelRef | undefined => {
    try {
      return resolveModelRef(text, names).ref;
    } catch {
      // A broken reference in the config is reported by status; it is no model to list.
      return undefined;
    }
  };
  const { defaultModel, imageModel } = config;
  tag(defaultModelOf(config).resolved.ref, "default");
  for (const [index, text] of (defaultModel.fallbacks ?? []).entries())
    tag(read(text), `fallback#${index + 1}`);
  if (imageModel.primary !== undefined) tag(read(imageModel.primary), "image");
  for (const [index, text] of (imageModel.fallbacks ?? []).entries())
    tag(read(text), `img-fallback#${index + 1}`);
  for (const [text, { alias }] of config.models)
    if (!text.endsWith("/*"))
      tag(read(text), "configured", ...(alias === undefined ? [] : [`alias:${alias}`]));
  return chosen;
}

/** What could be chosen instead: models of the config, of providers with a credential, or all there are. */
function* offeredModels(
  catalog: Catalog,
  asker: Asker,
  chosen: ReadonlyMap<string, Tagged>,
  request: ModelListRequest,
): Generator<Tagged> {
  for (const provider of catalog.providers()) {
    if (request.provider !== undefined && provider !== request.provider) continue;
    for (const model of offeredBy(provider, catalog, asker, request)) {
      const ref = { provider, model };
      if (!chosen.has(formatModelRef(ref))) yield { ref, tags: [] };
    }
  }
}

function offeredBy(
  provider: ProviderId,
  catalog: Catalog,
  { usable }: Asker,
  { all, localOnly, provider: only }: ModelListRequest,
): Iterable<string> {
  const { config } = catalog;
  const entry = config.providers.get(provider);
  const custom = entry !== undefined && findProvider(provider) === undefined;
  const found = localOnly && isLocal(config, provider);
  const allowed = config.models.size === 0 || config.models.has(`${provider}/*`);
  // A list of chosen models narrows a provider's as well.
  const asked = only !== undefined && config.models.size === 0;
  const whole = all || asked || custom || found;
  if (whole || (allowed && usable.of(provider).length > 0)) return catalog.of(provider).models.keys();
  return (entry?.models ?? []).map(({ id }) => id);
}

const isLocal = (config: Config, provider: ProviderId): boolean => routeTo(config, provider)?.local ?? false;

/** What holds for all models of a provider, found out once. */
function rowFacts({ config }: Catalog, { usable, env }: Asker) {
  const reached = new Map<ProviderId, boolean>();
  const hasLogin = (id: ProviderId): boolean => {
    const known = findProvider(id);
    const named = config.providers.get(id)?.auth === "aws-sdk";
    return named || hasBackend(id) || (known !== undefined && environmentMarker(known, env) !== undefined);
  };
  const hasBackend = (id: ProviderId): boolean =>
    PROVIDERS.some(({ id: backend, backendOf }) => backendOf === id && usable.of(backend).length > 0);
  const find = (id: ProviderId) => isLocal(config, id) || usable.of(id).length > 0 || hasLogin(id);
  return {
    isLocal: (id: ProviderId): boolean => isLocal(config, id),
    isAvailable(id: ProviderId): boolean {
      const known = reached.get(id) ?? find(id);
      reached.set(id, known);
      return known;
    },
  };
}

function modelRow({ ref, tags }: Tagged, catalog: Catalog, facts: ReturnType<typeof rowFacts>): ModelRow {
  const { models, complete } = catalog.of(ref.provider);
  const model = models.get(ref.model);
  const cap = model?.contextTokens;
  return {
    key: formatModelRef(ref),
    name: model?.name ?? ref.model,
    input: model?.input?.includes("image") ? "text+image" : "text",
    contextWindow: model?.contextWindow ?? null,
    ...(cap === undefined || cap === model?.contextWindow ? {} : { contextTokens: cap }),
    local: facts.isLocal(ref.provider),
    available: facts.isAvailable(ref.provider),
    tags,
    missing: complete && model === undefined,
  };
}
