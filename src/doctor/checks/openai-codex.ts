// `openai-codex` is `openai` today. Stores, their state, the config and model references change together, so
// that nothing points at an id that is gone (requirements 004).
import { isDeepStrictEqual } from "node:util";
import type { Credential } from "../../core/credential.ts";
import type { ProfileId } from "../../core/ids.ts";
import type { Check, Problem } from "../check.ts";
import { FIX } from "../check.ts";
import { renamedDocument } from "../codex-config.ts";
import type { Renames } from "../codex-ids.ts";
import { joinOrders, NEW, OLD, renamesFor } from "../codex-ids.ts";
import { listed } from "../import-entries.ts";
import type { AgentWorld, World } from "../world.ts";
import { withDocument } from "../world.ts";

export const openaiCodex: Check = {
  id: "core/doctor/openai-codex",
  look(world) {
    const rename = renamesFor(world);
    const stores = [...world.agents.values()].flatMap((agent) => storeProblem(agent, rename));
    return [...stores, ...configProblem(world, rename), ...endpointProblem(world)];
  },
  mend(world) {
    const rename = renamesFor(world);
    const agents = [...world.agents].map(([id, agent]) => [id, renamedAgent(agent, rename)] as const);
    const { document } = world.config;
    const next = renamedDocument(document, rename);
    const moved = { ...world, agents: new Map(agents) };
    return isDeepStrictEqual(next, document) ? moved : withDocument(moved, next);
  },
};

function storeProblem(agent: AgentWorld, rename: Renames): Problem[] {
  if (renamedAgent(agent, rename) === agent) return [];
  const ids = [...agent.profiles.keys()].filter((id) => rename(id) !== id);
  const what =
    ids.length > 0 ? listed(ids.map((id) => `${id} becomes ${rename(id)}`)) : "order and state are renamed";
  return [
    {
      severity: "warning",
      path: agent.database,
      message: `Agent ${agent.id} uses the old provider name ${OLD}; it is ${NEW} today.`,
      repair: `agent ${agent.id}: ${what}`,
      fixHint: FIX,
    },
  ];
}

function configProblem({ config }: World, rename: Renames): Problem[] {
  if (!config.usable || isDeepStrictEqual(renamedDocument(config.document, rename), config.document))
    return [];
  return [
    {
      severity: "warning",
      path: config.path,
      message: `The config uses the old provider name ${OLD}; it is ${NEW} today.`,
      repair: `${config.path}: profiles, orders and model references of ${OLD} become ${NEW}`,
      fixHint: FIX,
    },
  ];
}

/** An address that was meant for the old route; under the new name it would catch every call. */
function endpointProblem({ config }: World): Problem[] {
  if (!config.usable?.providers.has(OLD)) return [];
  return [
    {
      severity: "warning",
      path: `models.providers.${OLD}`,
      message: `Settings of the old provider name ${OLD}. Models of ${NEW} do not use them.`,
      fixHint: `Remove them, or move what is still wanted to models.providers.${NEW} by hand.`,
    },
  ];
}

/** The agent itself when nothing of it changes. */
function renamedAgent(agent: AgentWorld, rename: Renames): AgentWorld {
  if (agent.fault !== undefined) return agent;
  const profiles = new Map<ProfileId, Credential>();
  for (const [id, credential] of agent.profiles) {
    const to = rename(id);
    if (to !== id && agent.profiles.has(to)) continue;
    profiles.set(to, credential.provider === OLD ? { ...credential, provider: NEW } : credential);
  }
  const health = new Map(
    [...agent.health].map(([id, value]) => [rename(id), agent.health.get(rename(id)) ?? value]),
  );
  const lastGood = new Map([...agent.lastGood].map(([provider, id]) => [provider, rename(id)] as const));
  const old = lastGood.get(OLD);
  if (old !== undefined && !lastGood.has(NEW)) lastGood.set(NEW, old);
  lastGood.delete(OLD);
  const next = { ...agent, profiles, health, lastGood, order: joinOrders(agent.order, rename) };
  return isDeepStrictEqual(next, agent) ? agent : next;
}
