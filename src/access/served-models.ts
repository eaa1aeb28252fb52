// The models that clients of the gateway may ask for by name, as `GET /v1/models` lists them: named ones, those
// of the config, and those of providers that a credential reaches (OpenClaw docs, "Models", configured view).
import { stat } from "node:fs/promises";
import { dirname } from "node:path";
import type { Config } from "../config/config.ts";
import type { AuthProfile } from "../core/credential.ts";
import type { AgentId, ProviderId } from "../core/ids.ts";
import { formatModelRef } from "../core/model-ref.ts";
import { findWire } from "../wire/all.ts";
import { openCatalog } from "./catalog.ts";
import type { Deps } from "./deps.ts";
import { fetchedFile } from "./fetched-models.ts";
import { routeTo } from "./provider-route.ts";

/** Built once for each config, set of reachable providers and refresh of the lists; requests share it. */
export class ServedModels {
  readonly #deps: Pick<Deps, "config" | "paths">;
  #config: Config | undefined;
  #key = "";
  #refs: readonly string[] = [];

  constructor(deps: Pick<Deps, "config" | "paths">) {
    this.#deps = deps;
  }

  /** References `provider/model`, best known first. */
  async refs(agent: AgentId, profiles: readonly AuthProfile[]): Promise<readonly string[]> {
    const config = this.#deps.config();
    const usable = profiles.filter(({ problem }) => problem === undefined);
    const reached = new Set(usable.map(({ provider }) => provider));
    const key = `${agent} ${await this.#listsChangedAt()} ${[...reached].join(" ")}`;
    if (config !== this.#config || key !== this.#key) {
      this.#refs = servedRefs(this.#deps, agent, reached);
      [this.#config, this.#key] = [config, key];
    }
    return this.#refs;
  }

  /** A list that is replaced changes its folder. */
  async #listsChangedAt(): Promise<number> {
    const folder = dirname(fetchedFile(this.#deps.paths(), ""));
    return await stat(folder).then(
      ({ mtimeMs }) => mtimeMs,
      () => 0,
    );
  }
}

function servedRefs(
  deps: Pick<Deps, "config" | "paths">,
  agent: AgentId,
  reached: ReadonlySet<ProviderId>,
): string[] {
  const config = deps.config();
  const catalog = openCatalog(deps, agent);
  const named = [...config.models.keys()].filter((ref) => ref.includes("/") && !ref.endsWith("/*"));
  const allowed = (id: ProviderId) => config.models.size === 0 || config.models.has(`${id}/*`);
  const listed = [...config.providers.values()].flatMap(({ id, models }) =>
    models.map((model) => formatModelRef({ provider: id, model: model.id })),
  );
  const offered = [...reached]
    .filter((id) => allowed(id) && isSpoken(config, id))
    .flatMap((provider) =>
      [...catalog.of(provider).models.keys()].map((model) => formatModelRef({ provider, model })),
    );
  return [...new Set([...named, ...listed, ...offered])];
}

/** A model that no call can reach is not offered. */
function isSpoken(config: Config, provider: ProviderId): boolean {
  const route = routeTo(config, provider);
  return route !== undefined && findWire(route.api) !== undefined;
}
