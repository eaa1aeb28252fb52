// Models as clients of OpenClaw read them.
import type { ModelRow } from "../../access/model-list.ts";
import type { CommandDeps } from "../../access/open-deps.ts";
import { routeTo } from "../../access/provider-route.ts";
import type { Config } from "../../config/config.ts";

export async function modelRows(deps: CommandDeps, all: boolean) {
  const [{ listModels }, { builtInModels }] = await Promise.all([
    import("../../access/model-list.ts"),
    import("../../providers/catalog.ts"),
  ]);
  const { models, warnings } = await listModels(deps, { all, localOnly: false });
  const config = deps.config();
  const known = new Map<string, ReadonlyMap<string, boolean>>();
  const reasons = (provider: string, id: string): boolean => {
    const own = config.providers.get(provider)?.models.find((model) => model.id === id)?.reasoning;
    if (typeof own === "boolean") return own;
    const listed = known.get(provider) ?? new Map(builtInModels(provider).map((m) => [m.id, m.reasoning]));
    known.set(provider, listed);
    return listed.get(id) ?? false;
  };
  const rows = models
    .map((row) => modelRow(row, config))
    .map((row) => ({ ...row, reasoning: reasons(row.provider, row.id) }));
  return { models: rows, ...(warnings ? { warnings } : {}) };
}

function modelRow({ key, name, input, contextWindow, available, tags }: ModelRow, config: Config) {
  const slash = key.indexOf("/");
  const provider = key.slice(0, slash);
  const api = routeTo(config, provider)?.api;
  return {
    id: key.slice(slash + 1),
    name,
    provider,
    ...(api === undefined ? {} : { api }),
    ...(contextWindow === null ? {} : { contextWindow }),
    input: input.split("+"),
    available,
    tags,
  };
}
