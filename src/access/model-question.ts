// Asks a provider for its models: address, credentials in order of preference, answer.
import type { Config } from "../config/config.ts";
import type { ProviderId } from "../core/ids.ts";
import { findProvider } from "../providers/all.ts";
import type { ModelListAddress } from "../providers/model-lists.ts";
import { modelListAddress } from "../providers/model-lists.ts";
import type { Environment } from "../secrets/env.ts";
import type { AgentView } from "./agent-view.ts";
import type { ListAnswer } from "./fetch-models.ts";
import { routeTo } from "./provider-route.ts";
import { configuredHeaders, credentialHeaders } from "./request-auth.ts";
import type { Usable } from "./status-health.ts";

export interface Asker {
  readonly config: Config;
  readonly env: Environment;
  readonly view: Pick<AgentView, "secrets">;
  readonly usable: Pick<Usable, "of">;
}

/** Where `provider` would be asked; `undefined` when it has no list, or no address. */
export function listAddress(config: Config, provider: ProviderId): ModelListAddress | undefined {
  const route = routeTo(config, provider);
  if (!route) return undefined;
  const written = config.providers.get(provider)?.baseUrl;
  const own = findProvider(provider)?.baseUrl;
  const elsewhere = written !== undefined && written.replace(/\/+$/, "") !== own?.replace(/\/+$/, "");
  if (listsByPlugin(config, provider)) return { url: route.origin + route.basePath, open: false };
  return modelListAddress({
    id: provider,
    api: route.api,
    baseUrl: route.origin + route.basePath,
    elsewhere,
  });
}

/** The plugin asks its own address; one that the config names speaks its wire alone. */
const listsByPlugin = (config: Config, provider: ProviderId): boolean =>
  findProvider(provider)?.plugin?.listsModels === true &&
  config.providers.get(provider)?.baseUrl === undefined;

/** Keys that are tried before the question is given up. */
const MOST_KEYS = 3;

/** Never rejects. */
export async function askForModels(
  asker: Asker,
  provider: ProviderId,
  address: ModelListAddress,
  timeoutMs: number,
): Promise<ListAnswer> {
  if (listsByPlugin(asker.config, provider)) return await listOfPlugin(asker, provider);
  const { fetchModelList } = await import("./fetch-models.ts");
  let answer: ListAnswer = { failed: "has no credential that could be used" };
  for (const headers of headerSets(asker, provider, address)) {
    answer = await fetchModelList({ url: address.url, headers, timeoutMs });
    if (!("failed" in answer && answer.refused)) return answer;
  }
  return answer;
}

async function listOfPlugin({ usable, view }: Asker, id: ProviderId): Promise<ListAnswer> {
  const provider = findProvider(id)!;
  const { pluginModels } = await import("./plugins/calls.ts");
  const [profile] = usable.of(id);
  if (!profile && provider.logins?.length !== 0) return { failed: "has no credential that could be used" };
  return await pluginModels(provider, profile && view.secrets.get(profile.id));
}

function headerSets({ config, env, view, usable }: Asker, provider: ProviderId, { open }: ModelListAddress) {
  if (open) return [[]];
  const route = routeTo(config, provider)!;
  const fixed = configuredHeaders(route, env).flatMap(([name, value]) => [name, value.reveal()]);
  const keys = usable.of(provider).flatMap((profile) => {
    const secret = view.secrets.get(profile.id);
    // A ChatGPT login opens another host than the one that has the list.
    if (!secret || (profile.type === "oauth" && provider === "openai")) return [];
    return [[...credentialHeaders(route, profile, secret), ...fixed]];
  });
  return keys.length === 0 && route.local ? [fixed] : keys.slice(0, MOST_KEYS);
}
