// GET /v1/models: agent targets first, then the models that can be asked for by name.
import { defaultAgent } from "../../access/read-view.ts";
import type { Caller } from "../guard/caller.ts";
import type { Gateway } from "../gateway.ts";
import { patternsOf, targetsFor } from "../calls/key-allows.ts";
import { replyJson } from "../reply.ts";
import type { Route } from "../route.ts";

export interface ModelRow {
  readonly id: string;
  readonly object: "model";
  readonly created: 0;
  readonly owned_by: string;
  readonly permission: readonly [];
}

/** What the caller can ask for. Row shape: gateway spec §2. */
export async function modelRows(gateway: Gateway, caller: Caller): Promise<ModelRow[]> {
  const rows = await allRows(gateway);
  const patterns = patternsOf(caller);
  if (patterns === undefined) return rows;
  const config = gateway.config();
  const left = targetsFor(patterns, config);
  return rows.filter(({ id }) => {
    try {
      return left(gateway.targets.resolve(config, id, {}), false) !== undefined;
    } catch {
      // Listed, and not to be called just now.
      return false;
    }
  });
}

async function allRows({ config: readConfig, agents, models: served }: Gateway): Promise<ModelRow[]> {
  const config = readConfig();
  const targets = ["openclaw", "openclaw/default", ...config.agents.map((agent) => `openclaw/${agent.id}`)];
  const aliases = [...config.models.values()].flatMap(({ alias }) => (alias === undefined ? [] : [alias]));
  const agent = defaultAgent(config);
  // A store that cannot be read is told by the calls that need it; the names are known without.
  const profiles = await agents.load(agent).then(
    ({ view }) => view.snapshot.profiles,
    () => [],
  );
  const refs = await served.refs(agent, profiles);
  return [
    ...targets.map((id) => row(id, "openclaw")),
    ...refs.map((id) => row(id, id.slice(0, id.indexOf("/")))),
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
  scope: "read",
  handle: async (_request, response, gateway, caller) =>
    replyJson(response, 200, { object: "list", data: await modelRows(gateway, caller) }),
};
