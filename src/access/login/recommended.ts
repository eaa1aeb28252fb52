// What a login adds to openclaw.json: the provider's recommended model with its alias, the default model when
// there is none, and the host that the credential is good for (fidelity spec §12). Pure.
import type { Config } from "../../config/config.ts";
import type { CatalogModel } from "../../providers/catalog.ts";
import type { Login, Provider } from "../../providers/provider.ts";
import type { Edit } from "../config-edit.ts";
import { listedKey, primaryEdits } from "../model-choice.ts";

export interface Recommendation {
  readonly provider: Provider;
  readonly login: Login;
  /** the catalog's entry of the provider's default model, where it has one */
  readonly model: CatalogModel | undefined;
  /** make it the default model also when another is configured */
  readonly setDefault: boolean;
}

/** `provider/model`; `undefined` when the provider recommends none. */
export const recommendedRef = ({ id, defaultModel }: Provider): string | undefined =>
  defaultModel === undefined ? undefined : `${id}/${defaultModel}`;

export function recommendedEdits(config: Config, recommendation: Recommendation): Edit[] {
  const ref = recommendedRef(recommendation.provider);
  const endpoint = endpointEdits(config, recommendation);
  if (ref === undefined) return endpoint;
  const becomesDefault = recommendation.setDefault || config.defaultModel.primary === undefined;
  return [
    ...modelEdits(config, ref, recommendation.provider.modelAlias),
    ...(becomesDefault && config.defaultModel.primary !== ref ? primaryEdits(config, "model", ref) : []),
    ...endpoint,
  ];
}

/** An alias that another model has, or that the user gave this one, stays. */
function modelEdits(config: Config, ref: string, alias: string | undefined): Edit[] {
  const path = ["agents", "defaults", "models"];
  const key = listedKey(config, ref);
  const own = key === undefined ? undefined : config.models.get(key)?.alias;
  const free = alias !== undefined && own === undefined && !isTaken(config, alias);
  if (key === undefined) return [{ path: [...path, ref], value: free ? { alias } : {} }];
  return free ? [{ path: [...path, key, "alias"], value: alias }] : [];
}

const isTaken = (config: Config, alias: string): boolean =>
  [...config.models.values()].some((entry) => entry.alias?.toLowerCase() === alias.toLowerCase());

function endpointEdits(config: Config, { provider, login, model }: Recommendation): Edit[] {
  if (!login.endpoint) return [];
  const { baseUrl, unlessConfigured } = login.endpoint;
  const path = ["models", "providers", provider.id];
  const configured = config.providers.get(provider.id);
  if (configured && (unlessConfigured || configured.baseUrl === baseUrl)) return [];
  if (configured) return [{ path: [...path, "baseUrl"], value: baseUrl }];
  if (!unlessConfigured && provider.baseUrl === baseUrl) return [];
  return [{ path, value: { baseUrl, api: provider.api, models: model ? [definition(model)] : [] } }];
}

const definition = ({ id, name, reasoning, input, cost, contextWindow, maxTokens }: CatalogModel) => ({
  id,
  name,
  reasoning,
  input,
  cost,
  contextWindow,
  maxTokens,
});
