// Orders that name profiles which are not there. An order is exact: when none of its names is left, its
// provider has no credential.
import type { ProfileId, ProviderId } from "../../core/ids.ts";
import { MAIN_AGENT } from "../../core/ids.ts";
import type { Check, Problem } from "../check.ts";
import { listed } from "../import-entries.ts";
import type { World } from "../world.ts";

export const orderMissingProfiles: Check = {
  id: "core/doctor/order-missing-profiles",
  look: (world) => [...storedOrders(world), ...configOrders(world)],
};

function storedOrders(world: World): Problem[] {
  const main = world.agents.get(MAIN_AGENT)?.profiles ?? new Map();
  return [...world.agents.values()].flatMap((agent) =>
    [...agent.order].flatMap(([provider, ids]) => {
      const known = (id: ProfileId) => agent.profiles.has(id) || main.has(id);
      const where = `The stored order of ${provider} in agent ${agent.id}`;
      const remedy = `Run: openclaw models auth order set --agent ${agent.id} --provider ${provider} <ids>, or order clear`;
      return problem(world, ids, known, where, agent.database, remedy);
    }),
  );
}

function configOrders(world: World): Problem[] {
  const agents = [...world.agents.values()];
  const known = (id: ProfileId) => agents.some(({ profiles }) => profiles.has(id));
  return [...(world.config.usable?.order ?? new Map<ProviderId, readonly ProfileId[]>())].flatMap(
    ([provider, ids]) => {
      const path = `auth.order.${provider}`;
      return problem(world, ids, known, path, path, `Correct ${path} in ${world.config.path}, or remove it.`);
    },
  );
}

function problem(
  world: World,
  ids: readonly ProfileId[],
  known: (id: ProfileId) => boolean,
  where: string,
  path: string,
  fixHint: string,
): Problem[] {
  const isRoute = (id: ProfileId) => world.config.usable?.profiles.get(id)?.mode === "aws-sdk";
  const gone = ids.filter((id) => !known(id) && !isRoute(id));
  if (gone.length === 0) return [];
  const all = gone.length === ids.length;
  const effect = all ? " It names no other, so this provider has no credential." : "";
  const message = `${where} names what is not stored: ${listed(gone)}.${effect}`;
  return [{ severity: all ? "error" : "warning", path, message, fixHint }];
}
