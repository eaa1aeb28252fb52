// `agents list` (fidelity spec §11).
import { readDocument } from "../config/document.ts";
import { describeBinding, routesOf } from "../core/bindings.ts";
import type { AgentId } from "../core/ids.ts";
import type { JsonObject } from "../core/json.ts";
import { isObject } from "../core/json.ts";
import { foldersOf, realFolder } from "./agent-folders.ts";
import type { Deps } from "./deps.ts";

export interface AgentRow {
  readonly id: AgentId;
  readonly name?: string;
  readonly workspace: string;
  readonly agentDir: string;
  /** as configured, its own or the default */
  readonly model?: string;
  /** how many routing rules name the agent */
  readonly bindings: number;
  readonly isDefault: boolean;
  /** The rules, when they were asked for. */
  readonly bindingDetails?: readonly string[];
  readonly routes?: readonly string[];
}

export interface AgentsReport {
  readonly agents: readonly AgentRow[];
  readonly warnings: readonly string[];
}

/** @throws AccessError `config_invalid` */
export function listAgents(deps: Deps, { details = false } = {}): AgentsReport {
  const config = deps.config();
  const document = readDocument(config.path);
  const bindings = bindingsOf(document);
  const agents = config.agents.map((agent) => {
    const model = agent.model?.primary ?? config.defaultModel.primary;
    const { workspace, agentDir } = foldersOf(deps, agent, document);
    const routes = routesOf(bindings, agent.id);
    return {
      id: agent.id,
      ...(agent.name === undefined ? {} : { name: agent.name }),
      workspace,
      agentDir,
      ...(model === undefined ? {} : { model }),
      bindings: routes.length,
      isDefault: agent.isDefault,
      ...(details ? routeDetails(routes, agent.isDefault) : {}),
    };
  });
  return { agents, warnings: [...config.warnings, ...sharedFolders(agents)] };
}

export const bindingsOf = (document: JsonObject): readonly unknown[] =>
  Array.isArray(document["bindings"]) ? document["bindings"] : [];

/** `agents.list` as written, with what this program has no use for. */
export function agentEntries(document: JsonObject): readonly unknown[] {
  const agents = isObject(document["agents"]) ? document["agents"] : {};
  return Array.isArray(agents["list"]) ? agents["list"] : [];
}

function routeDetails(routes: readonly JsonObject[], isDefault: boolean): Partial<AgentRow> {
  if (routes.length > 0) return { bindingDetails: routes.map(describeBinding) };
  return isDefault ? { routes: ["default (no explicit rules)"] } : {};
}

/** Two agents in one folder write over each other's credentials and state. */
function sharedFolders(agents: readonly AgentRow[]): string[] {
  const byFolder = Map.groupBy(agents, ({ agentDir }) => realFolder(agentDir));
  return [...byFolder]
    .filter(([, sharing]) => sharing.length > 1)
    .map(([folder, sharing]) => {
      const names = sharing.map(({ id }) => id).join(", ");
      return `agents.list: ${names} share the folder ${folder}, and so their credentials. Give each its own agentDir.`;
    });
}
