// GET /v1/models: agent targets first, then the models of configured providers.
import { formatModelRef } from "../../core/model-ref.ts";
import type { Config } from "../../config/config.ts";
import { replyJson } from "../reply.ts";
import type { Route } from "../route.ts";

export interface ModelRow {
  readonly id: string;
  readonly object: "model";
  readonly created: 0;
  readonly owned_by: string;
  readonly permission: readonly [];
}

/** Row shape: gateway spec §2. */
export function modelRows(config: Config): ModelRow[] {
  const agents = ["openclaw", "openclaw/default", ...config.agents.map((agent) => `openclaw/${agent.id}`)];
  const aliases = [...config.models.values()].flatMap(({ alias }) => (alias === undefined ? [] : [alias]));
  const models = [...config.providers.values()].flatMap((provider) =>
    provider.models.map((model) => formatModelRef({ provider: provider.id, model: model.id })),
  );
  const named = [...config.models.keys()].filter((ref) => ref.includes("/") && !ref.endsWith("/*"));
  return [
    ...agents.map((id) => row(id, "openclaw")),
    ...[...new Set([...named, ...models])].map((id) => row(id, id.slice(0, id.indexOf("/")))),
    ...aliases.map((id) => row(id, "openclaw")),
  ];
}

const row = (id: string, owner: string): ModelRow => ({
  id,
  object: "model",
  created: 0,
  owned_by: owner,
  permission: [],
});

export const models: Route = {
  method: "GET",
  path: "/v1/models",
  handle: (_request, response, gateway) =>
    replyJson(response, 200, { object: "list", data: modelRows(gateway.config()) }),
};
