// Model servers on this machine or network, asked for what they hold: only when somebody looks for local or
// for all models, at once, and never for long. Nothing that was found is kept.
// When: OpenClaw docs, providers/ollama and providers/vllm, "Model discovery".
import type { ProviderId } from "../core/ids.ts";
import { LOCAL_SERVERS } from "../providers/model-lists.ts";
import type { Catalog } from "./catalog.ts";
import type { Asker } from "./model-question.ts";
import { askForModels, listAddress } from "./model-question.ts";
import { routeTo } from "./provider-route.ts";

const DISCOVERY_MS = 3000;

export interface DiscoveryRequest {
  /** models in use: their servers are expected to run */
  readonly inUse: ReadonlySet<ProviderId>;
  /** Also servers that nothing points to, at their usual addresses. */
  readonly everywhere: boolean;
  readonly provider?: ProviderId | undefined;
}

export interface LocalServer {
  readonly provider: ProviderId;
  /** Its absence is worth a word. */
  readonly expected: boolean;
}

/** Servers to ask. A configured list of models stands for the server, unless `<provider>/*` is allowed as well. */
export function localServers(
  { config }: Pick<Catalog, "config">,
  asker: Asker,
  request: DiscoveryRequest,
): LocalServer[] {
  const configured = [...config.providers.values()].filter(
    ({ id, models }) => routeTo(config, id)?.local && (models.length === 0 || config.models.has(`${id}/*`)),
  );
  const builtIn = LOCAL_SERVERS.filter((id) => !config.providers.has(id));
  const wanted = (id: ProviderId) => request.inUse.has(id) || config.models.has(`${id}/*`);
  const servers = [
    ...configured.map(({ id }) => ({ provider: id, expected: true })),
    ...builtIn.map((id) => ({ provider: id, expected: wanted(id) || asker.usable.of(id).length > 0 })),
  ];
  return servers.filter(
    ({ provider, expected }) =>
      (request.provider === undefined ? expected || request.everywhere : provider === request.provider) &&
      listAddress(config, provider) !== undefined,
  );
}

/** Puts what is found into the catalog. Never rejects. @returns one sentence for each server that failed */
export async function discover(
  catalog: Catalog,
  asker: Asker,
  servers: readonly LocalServer[],
): Promise<string[]> {
  const sentences = servers.map(async ({ provider, expected }) => {
    const address = listAddress(catalog.config, provider)!;
    const answer = await askForModels(asker, provider, address, DISCOVERY_MS);
    if ("models" in answer) catalog.found(provider, answer.models);
    // Whatever else answers at a usual address is no model server, and no news.
    return "models" in answer || !expected
      ? []
      : [`${provider} at ${address.url} ${answer.failed}; its models were left out.`];
  });
  return (await Promise.all(sentences)).flat();
}
